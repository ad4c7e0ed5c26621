// One person, from sign-up to the end of their account, in one browser: every way to prove who one is, each used to sign in, and
// everything that an account can be asked for. Each step rests on the ones before it.
import { readFileSync } from "node:fs";
import { assert, equal } from "../harness/checks.mjs";
import { AuthenticatorApp, Device } from "../harness/factors.mjs";
import { nextMail } from "../harness/mail.mjs";
import { Person } from "../harness/person.mjs";
import { inspect, listen, photograph } from "../pages/inspect.mjs";

export const settings = "people";
export const title = "people";

const PASSWORD = "grey herons wade at 6 in the rain";

export async function run({ server, browser, need }) {
  const email = `walker-${Date.now()}@example.com`;
  const walk = new Walk(server, browser, await Person.arrive(browser, { email, password: PASSWORD }));
  for (const [name, step] of STEPS) await need(name, () => step(walk));
  await walk.person.leave();
}

/** What the steps hand on to each other. */
class Walk {
  constructor(server, browser, person) {
    Object.assign(this, { server, browser, person, page: person.page, email: person.account.email });
    this.complaints = listen(this.page);
  }

  at(path) {
    return this.page.goto(`${this.server.issuer}${path}`, { waitUntil: "load" });
  }

  path() {
    return new URL(this.page.url()).pathname;
  }

  /** Presses, and waits for the page that comes. */
  async press(what) {
    await Promise.all([this.page.waitForNavigation(), this.page.locator(what).first().click()]);
  }

  /** The next mail to the person, of the kind that is expected. */
  async mail(kind) {
    const mail = await nextMail(this.server, this.email);
    equal(mail.kind, kind, "the mail");
    return mail;
  }

  async seen(name) {
    await inspect(this.page);
    await photograph(this.page, name);
    equal(this.complaints.splice(0), [], "the browser's complaints");
  }

  async signOut() {
    await this.device?.touched(false);
    await this.person.signOut(this.server.issuer);
  }

  /** Types address and password; what comes is for the caller to look at. */
  async typePassword(page = this.page) {
    await page.goto(`${this.server.issuer}/sign-in`);
    await page.fill("#email", this.email);
    await page.fill("#password", PASSWORD);
    await Promise.all([page.waitForNavigation(), page.click("#sign-in")]);
  }

  async giveCode() {
    await this.page.fill("#code", await this.app.code());
    await this.press("#give-code");
  }

  /** Signs in with the passkey alone: by its button, unless autofill was faster. */
  async usePasskey() {
    await this.at("/sign-in");
    const gone = this.page.waitForURL((url) => !url.pathname.endsWith("/sign-in"));
    await this.page.locator("#use-passkey").waitFor({ state: "visible" });
    await this.device.touched(true);
    await this.page.click("#use-passkey", { timeout: 3_000 }).catch(() => {});
    await gone;
    await this.device.touched(false);
  }

  /** Whose account this is, as the page says. */
  async isSignedIn(email = this.email) {
    await this.at("/account/security");
    equal(await this.page.locator(".top-email").innerText(), email, "who is signed in");
  }
}

const STEPS = [
  ["signs up", async (walk) => {
    await walk.person.signUp(walk.server.issuer);
  }],
  ["opens the mail's link, which spends nothing, and confirms the address", async (walk) => {
    const { link } = await walk.mail("confirm_sign_up");
    await walk.page.goto(link);
    await walk.page.locator("#confirm").waitFor();
    await walk.page.reload();
    await walk.press("#confirm");
    await walk.isSignedIn();
    assert((await walk.page.locator("main").innerText()).includes("confirmed"), "the address is not confirmed");
  }],
  ["adds a passkey, and is given recovery codes", async (walk) => {
    walk.device = await Device.of(walk.person);
    await walk.at("/account/passkeys");
    await walk.page.fill("#name", "My laptop");
    await walk.page.click("#add-passkey");
    await walk.page.locator("#codes").waitFor();
    walk.codes = await walk.page.locator("#codes code").allInnerTexts();
    equal(walk.codes.length, 10, "recovery codes");
    equal((await walk.device.passkeys()).length, 1, "passkeys in the device");
    await walk.mail("factors_changed");
    await walk.press("#codes-kept");
  }],
  ["sets up an authenticator app", async (walk) => {
    await walk.at("/account/totp");
    await walk.press("#begin-totp");
    walk.app = new AuthenticatorApp(await walk.page.locator("#totp-key").innerText());
    await walk.page.fill("#code", await walk.app.code());
    await walk.press("#confirm-totp");
    equal(walk.path(), "/account/security", "the page after the first code");
    await walk.mail("factors_changed");
  }],
  ["signs in with the password and a code of the app", async (walk) => {
    await walk.signOut();
    await walk.typePassword();
    equal(walk.path(), "/second-factor", "what is asked after the password");
    await walk.giveCode();
    await walk.isSignedIn();
  }],
  ["signs in with the passkey alone", async (walk) => {
    await walk.signOut();
    await walk.usePasskey();
    await walk.isSignedIn();
  }],
  ["signs in with the password and a recovery code", async (walk) => {
    await walk.signOut();
    await walk.typePassword();
    await walk.press("#use-recovery-code");
    await walk.page.fill("#code", walk.codes[0]);
    await walk.press("#give-recovery-code");
    await walk.isSignedIn();
    await walk.mail("factors_changed");
  }],
  ["connects a provider, and is told by mail", async (walk) => {
    await walk.at("/account/security");
    await walk.press("#connect-demo");
    await walk.press("#person-newcomer");
    equal(walk.path(), "/account/security", "the page after the provider");
    assert((await walk.page.locator("#providers-heading + p + ul").innerText()).includes("newcomer@demo.example"), "the provider is not listed");
    const words = await walk.mail("provider_changed");
    assert(words.text.includes("Demo provider") && words.text.includes("/forgotten"), "the mail lacks the provider or what locks things down");
    await walk.seen("security-with-a-provider");
  }],
  ["signs in through the provider, and is asked for the second factor too", async (walk) => {
    await walk.signOut();
    await walk.at("/sign-in");
    await walk.press("#sign-in-with-demo");
    await walk.press("#person-newcomer");
    equal(walk.path(), "/second-factor", "what is asked after the provider");
    await walk.giveCode();
    await walk.isSignedIn();
  }],
  ["sees both sessions, and ends the other one", async (walk) => {
    const other = await Person.arrive(walk.browser, walk.person.account);
    await walk.typePassword(other.page);
    await other.page.click("#use-recovery-code");
    await other.page.fill("#code", walk.codes[1]);
    await Promise.all([other.page.waitForNavigation(), other.page.click("#give-recovery-code")]);
    await walk.mail("factors_changed");
    await walk.at("/account/sessions");
    equal(await walk.page.locator('button[id^="end-"]:not(#end-others)').count(), 2, "sessions");
    await walk.seen("sessions-of-two");
    await walk.press("#end-others");
    equal(await walk.page.locator('button[id^="end-"]').count(), 1, "sessions left");
    await other.page.goto(`${walk.server.issuer}/account/sessions`);
    assert(new URL(other.page.url()).pathname === "/sign-in", "the other browser is signed in still");
    await other.leave();
  }],
  ["downloads everything that is held, and no secret is in it", async (walk) => {
    await walk.at("/account/privacy");
    const [download] = await Promise.all([walk.page.waitForEvent("download"), walk.page.click("#export")]);
    const text = readFileSync(await download.path(), "utf8");
    const held = JSON.parse(text);
    equal([held.account[0].email, held.account[0].has_password], [walk.email, "yes"], "whose data");
    equal(held.passkeys.map(({ name }) => name), ["My laptop"], "passkeys");
    equal(held.providers.map(({ provider, label }) => [provider, label]), [["demo", "newcomer@demo.example"]], "providers");
    equal(held.authenticator_app.length, 1, "authenticator apps");
    equal(held.recovery_codes.map(({ spent_at }) => spent_at !== null).filter(Boolean).length, 2, "recovery codes that were used");
    equal(held.sessions.length, 1, "sessions");
    equal(held.memberships.length, 1, "memberships");
    const happened = new Set(held.events.map(({ action }) => action));
    const expected = ["user.signed_up", "passkey.added", "totp.added", "recovery_code.spent", "provider.connected", "session.others_ended", "user.exported"];
    equal(expected.filter((action) => !happened.has(action)), [], "events that are missing");
    const secrets = [PASSWORD, walk.app.key.replace(/\s/g, ""), ...walk.codes, "$argon2"];
    equal(secrets.filter((secret) => text.includes(secret)), [], "secrets in the download");
  }],
  ["deletes the organisation that is theirs alone, and then the account", async (walk) => {
    await walk.at("/account/privacy");
    await walk.press("#delete-account");
    await walk.press('a[id^="delete-"]');
    await walk.page.fill("#confirmation", await walk.page.locator("#confirmation-hint").innerText());
    await walk.press("#confirm");
    await walk.page.fill("#confirmation", walk.email);
    await walk.press("#confirm");
    await walk.mail("account_left");
    await walk.at("/account/security");
    equal(walk.path(), "/sign-in", "where somebody is led who has left");
  }],
  ["may still think better of it, and does not", async (walk) => {
    await walk.usePasskey();
    equal(walk.path(), "/leaving", "where signing in leads now");
    await walk.seen("leaving-with-a-passkey");
    await walk.press("#leave");
    await walk.at("/account/security");
    equal(walk.path(), "/sign-in", "nobody is signed in");
  }],
  ["cannot sign in any more when the account is erased, in no way", async (walk) => {
    await walk.server.command("user", "erase", walk.email);
    await walk.typePassword();
    equal([walk.path(), await walk.page.locator("#refusal").count()], ["/sign-in", 1], "the password is refused");
    await walk.usePasskey();
    equal([walk.path(), await walk.page.locator("#refusal").count()], ["/sign-in/passkey", 1], "the passkey is refused");
    await walk.at("/sign-in");
    await walk.press("#sign-in-with-demo");
    await walk.press("#person-newcomer");
    // Who comes from the provider now is somebody new, with nothing of what was.
    await walk.isSignedIn("newcomer@demo.example");
    equal(await walk.page.locator('form[action$="/disconnect"]').count(), 1, "what opens the new account");
    assert(!(await walk.page.locator("main").innerText()).includes("My laptop"), "the passkey came along");
  }],
];
