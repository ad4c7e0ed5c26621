// Second factors and passkeys, as a person sets them up and uses them, with a device of Chromium's own making.
import { equal } from "../harness/checks.mjs";
import { Device, code } from "../harness/factors.mjs";
import { Person } from "../harness/person.mjs";
import { inspect, listen, photograph } from "./inspect.mjs";

/** Goes on when the page is another one. */
const leaves = (page, path) => page.waitForURL((url) => !url.pathname.endsWith(path));

export async function factors({ server, browser, check }) {
  const person = await Person.arrive(browser, server.person("member"));
  const { page } = person;
  const at = (path) => page.goto(`${server.issuer}${path}`, { waitUntil: "load" });
  const path = () => new URL(page.url()).pathname;
  const complaints = listen(page);
  const seen = async (name) => {
    await inspect(page);
    await photograph(page, name);
    equal(complaints.splice(0), [], "the browser's complaints");
  };
  const device = await Device.of(person);
  let key;
  let codes;

  await check("a passkey is added", async () => {
    await person.signIn(server.issuer);
    await at("/account/passkeys");
    await seen("passkeys-none");
    await page.fill("#name", "My laptop");
    await page.click("#add-passkey");
    await page.locator("#codes").waitFor();
    codes = await page.locator("#codes code").allInnerTexts();
    equal(codes.length, 10, "recovery codes");
    await seen("recovery-codes");
    await page.click("#codes-kept");
    await at("/account/passkeys");
    await seen("passkeys");
    equal((await device.passkeys()).map(({ isResidentCredential }) => isResidentCredential), [true], "passkeys that are found without a name");
    await at("/account/security");
    await seen("account-security");
  });

  await check("it signs in by its button", async () => {
    await device.touched(false);
    await person.signOut(server.issuer);
    await at("/sign-in");
    await page.locator("#use-passkey").waitFor({ state: "visible" });
    await seen("sign-in-with-passkeys");
    const gone = leaves(page, "/sign-in");
    // What autofill waits with goes on waiting: only a question that comes now is answered.
    await device.touched(true);
    await page.click("#use-passkey");
    await gone;
    equal(path(), "/", "signed in");
  });

  await check("it signs in by autofill", async () => {
    await device.touched(false);
    await person.signOut(server.issuer);
    // Touched before it asks, so that the page is left as soon as it does.
    await device.touched(true);
    await at("/sign-in").catch(() => {});
    await leaves(page, "/sign-in");
    equal(path(), "/", "signed in");
  });

  await check("an authenticator app is set up", async () => {
    await at("/account/totp");
    await seen("totp-none");
    await page.click("#begin-totp");
    await page.locator("#totp-key").waitFor();
    key = await page.locator("#totp-key").innerText();
    await seen("totp-waits");
    await page.fill("#code", code(key, -1));
    await page.click("#confirm-totp");
    await page.waitForURL((url) => url.pathname.endsWith("/account/security"));
  });

  await check("a password and its code sign in", async () => {
    await device.touched(false);
    await person.signOut(server.issuer);
    await at("/sign-in");
    await person.fillIn();
    await page.click("#sign-in");
    await page.locator("#code").waitFor();
    await seen("second-factor");
    await page.fill("#code", "000000");
    await page.click("#give-code");
    await page.locator("#code-error").waitFor();
    await seen("second-factor-refused");
    const gone = leaves(page, "/second-factor");
    await page.fill("#code", code(key));
    await page.click("#give-code");
    await gone;
    equal(path(), "/", "signed in");
    await at("/account/totp");
    await seen("totp-in-force");
    await at("/account/totp/remove");
    await seen("totp-remove");
  });

  await check("a password and the passkey sign in", async () => {
    await person.signOut(server.issuer);
    await at("/sign-in");
    await person.fillIn();
    await page.click("#sign-in");
    await page.locator("#give-passkey").waitFor({ state: "visible" });
    await device.touched(true);
    const gone = leaves(page, "/second-factor");
    await page.click("#give-passkey");
    await gone;
    equal(path(), "/", "signed in");
    await device.touched(false);
  });

  await check("a password and a recovery code sign in", async () => {
    await person.signOut(server.issuer);
    await at("/sign-in");
    await person.fillIn();
    await page.click("#sign-in");
    await page.click("#use-recovery-code");
    await page.locator("#give-recovery-code").waitFor();
    await seen("recovery");
    const gone = leaves(page, "/second-factor/recovery");
    await page.fill("#code", codes[0].toLowerCase());
    await page.click("#give-recovery-code");
    await gone;
    equal(path(), "/", "signed in");
    await at("/account/recovery-codes");
    await seen("recovery-codes-left");
  });

  await check("what was set up is taken away again", async () => {
    await at("/account/passkeys");
    await page.locator('a[id^="remove-"]').first().click();
    await page.click("#remove-passkey");
    await at("/account/totp/remove");
    await page.click("#remove-totp");
    await person.signOut(server.issuer);
    await person.signIn(server.issuer);
    equal(path(), "/", "the password alone again");
  });
  await person.leave();
}
