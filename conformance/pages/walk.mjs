// Every page a person can come to, in the order in which one would. Each stop brings the browser there, and no further.
import { readFileSync } from "node:fs";
import { assert, equal, refusal } from "../harness/checks.mjs";
import { nextMail } from "../harness/mail.mjs";
import { Person } from "../harness/person.mjs";

/** An error page shows the reference that the log carries. */
const ERROR = "main .reference";

/** Yields { name, page, status } at each stop; the page stays as it is until the next is asked for. */
export async function* walk({ server, browser, speaker, stranger }) {
  yield* signedOut(server, browser, speaker);
  const person = await Person.arrive(browser, server.person("member"));
  yield* signedIn(server, person, speaker, stranger);
  await person.leave();
  const newcomer = await Person.arrive(browser, { email: `newcomer-${Date.now()}@example.com`, password: "tall rivers hum quietly 7" });
  yield* signingUp(server, newcomer);
  await newcomer.leave();
}

async function* signedOut(server, browser, speaker) {
  const guest = await Person.arrive(browser, server.person("member"));
  const stop = stopper(guest.page);
  yield stop("home", `${server.issuer}/`, 'a[href$="/sign-in"]');
  yield stop("sign-in", `${server.issuer}/sign-in`, "#sign-in");
  yield stop("sign-in-for-an-app", (await speaker.request(speaker.cli)).url, "#sign-in");
  yield stop("sign-in-refused", async (page) => {
    await page.goto(`${server.issuer}/sign-in`);
    await page.fill("#email", "member@example.com");
    await page.fill("#password", "not the password");
    await page.click("#sign-in");
    await page.waitForLoadState("domcontentloaded");
  }, "#sign-in");
  yield stop("sign-up", `${server.issuer}/sign-up`, "#sign-up");
  yield stop("sign-up-refused", async (page) => {
    await page.goto(`${server.issuer}/sign-up`);
    await page.fill("#email", "short@example.com");
    await page.fill("#password", "short");
    await page.locator("form:has(#sign-up)").evaluate((form) => form.setAttribute("novalidate", ""));
    await page.click("#sign-up");
    await page.waitForLoadState("domcontentloaded");
  }, "#sign-up");
  yield stop("provider-refused", `${server.issuer}/upstream/demo/callback`, "#refusal");
  yield stop("connect-provider", async (page) => {
    await page.goto(`${server.issuer}/sign-in`);
    await page.click("#sign-in-with-demo");
    await page.click("#person-member");
    await page.waitForLoadState("domcontentloaded");
  }, "#sign-in-as-before");
  yield stop("security", `${server.issuer}/security`, "main h1");
  yield stop("not-found", `${server.issuer}/nowhere`, ERROR);
  yield stop("error-unknown-app", (await speaker.request(speaker.cli, { client_id: "nobody" })).url, ERROR);
  yield stop("error-unknown-address", (await speaker.request(speaker.cli, { redirect_uri: "https://evil.example/" })).url, ERROR);
  yield stop("error-of-the-app", (await speaker.request(speaker.cli, { code_challenge: null, code_challenge_method: null })).url, ERROR);
  await guest.leave();
}

async function* signedIn(server, person, speaker, stranger) {
  const stop = stopper(person.page);
  await person.signIn(server.issuer);
  yield stop("home-signed-in", `${server.issuer}/`, "#sign-out");
  yield stop("connections-empty", `${server.issuer}/connections`, "main h1");
  const asked = await speaker.request(stranger);
  yield stop("consent-stranger", asked.url, "#allow");
  yield stop("consent-known-app", (await speaker.request(speaker.cli)).url, "#allow");
  yield stop("consent-identity-only", (await speaker.request(speaker.app, { scope: "openid profile email", resource: null })).url, "#allow");
  await person.answer(asked.url, { redirectUri: stranger.redirectUri });
  yield stop("consent-again", (await speaker.request(stranger)).url, "#allow");
  yield stop("connections", `${server.issuer}/connections`, 'button[id^="revoke-"]');
  yield stop("connections-told-of-reuse", async (page) => {
    await usedTwice(speaker, person);
    await page.goto(`${server.issuer}/connections`);
  }, 'button[id^="read-"]');
  yield stop("connections-told-and-read", async (page) => {
    await page.locator('button[id^="read-"]').first().click();
    await page.locator('button[id^="read-"]').first().waitFor({ state: "detached" });
  }, "main h1");
  yield stop("connections-disconnected", async (page) => {
    await person.disconnect(server.issuer, stranger.name);
    await page.goto(`${server.issuer}/connections`);
    await page.locator("details").evaluateAll((all) => all.forEach((each) => each.setAttribute("open", "")));
  }, "details[open]");
  yield* device(server, person, stop);
  yield stop("signed-out", async () => person.signOut(server.issuer), 'a[href*="/sign-in"]');
}

/** A device asks; its code is wrong, then right, then carried by the link. */
async function* device(server, person, stop) {
  const { page } = person;
  const codes = await deviceCodes(server);
  yield stop("device", `${server.issuer}/device`, "#user_code");
  yield stop("device-refused", async () => {
    await page.fill("#user_code", "ZZZZ-ZZZZ");
    await press(page, "#continue");
  }, "#refusal");
  yield stop("device-carried", codes.verification_uri_complete, "#continue");
  yield stop("device-asks", async () => press(page, "#continue"), "#own-device");
  yield stop("device-asks-again", async () => {
    await page.locator("form:has(#allow)").evaluate((form) => form.setAttribute("novalidate", ""));
    await press(page, "#allow");
  }, "#refusal");
  yield stop("device-allowed", async () => {
    await person.choose("apollo");
    await page.check("#own-device");
    await press(page, "#allow");
  }, "#device-allowed");
  yield stop("device-denied", async () => {
    await page.goto((await deviceCodes(server)).verification_uri_complete);
    await press(page, "#continue");
    await press(page, "#deny");
  }, "#device-denied");
}

async function deviceCodes(server) {
  const body = new URLSearchParams({ client_id: "demo-device", scope: "issues:read offline_access", resource: server.mcpUrl });
  return (await fetch(`${server.issuer}/device_authorization`, { method: "POST", body })).json();
}

async function* signingUp(server, person) {
  const { page, account } = person;
  const stop = stopper(page);
  let mail;
  yield stop("check-mail", async () => person.signUp(server.issuer), "#code");
  yield stop("check-mail-refused", async () => {
    await page.fill("#code", "not it");
    await press(page, "#confirm");
  }, "#refusal");
  yield stop("check-mail-again", async () => {
    await nextMail(server, account.email);
    await press(page, "#again");
    mail = await nextMail(server, account.email);
  }, "[role=status]");
  yield stop("opened-link", async () => page.goto(mail.link), "#confirm");
  yield stop("home-of-a-newcomer", async () => press(page, "#confirm"), "#sign-out");
  yield stop("opened-link-used", async () => page.goto(mail.link), ERROR);
  yield stop("sessions", `${server.issuer}/account/sessions`, 'button[id^="end-"]');
  yield stop("security-of-an-account", `${server.issuer}/account/security`, "#change-password");
  yield stop("change-password-refused", async () => {
    await page.goto(`${server.issuer}/account/password`);
    await page.fill("#present", "not the password");
    await page.fill("#password", "another long enough one");
    await press(page, "#change-password");
  }, "#refusal");
  yield stop("password-changed", async () => {
    await page.fill("#present", account.password);
    account.password = "five quiet lamps over 9 hills";
    await page.fill("#password", account.password);
    await press(page, "#change-password");
  }, "[role=status]");
  yield stop("change-address", `${server.issuer}/account/address`, "#email");
  yield stop("forgotten", `${server.issuer}/forgotten`, "#send-link");
  yield stop("forgotten-sent", async () => {
    await page.fill("#email", account.email);
    await press(page, "#send-link");
    equal((await nextMail(server, account.email)).kind, "password_changed", "the first mail");
    mail = await nextMail(server, account.email);
  }, "main h1");
  yield stop("reset", async () => page.goto(mail.link), "#set-password");
  yield* leaving(server, person, stop);
}

/** Everything that is held is taken away, the organisation is deleted and then the account, which is kept after all. */
async function* leaving(server, person, stop) {
  const { page, account } = person;
  yield stop("privacy", async () => {
    await page.goto(`${server.issuer}/account/privacy`);
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("#export")]);
    const held = JSON.parse(readFileSync(await download.path(), "utf8"));
    equal(held.account[0].email, account.email, "whose data");
    assert(held.sessions.length === 1 && held.events.length > 0, "the download lacks sessions or events");
  }, "#delete-account");
  yield stop("delete-account-owning-alone", async () => press(page, "#delete-account"), 'a[id^="delete-"]');
  yield stop("delete-organization", async () => press(page, 'a[id^="delete-"]'), "#confirmation");
  yield stop("delete-organization-refused", async () => {
    await page.fill("#confirmation", "something else");
    await press(page, "#confirm");
  }, "#refusal");
  yield stop("delete-account", async () => {
    await page.fill("#confirmation", await page.locator("#confirmation-hint").innerText());
    await press(page, "#confirm");
  }, "#confirmation");
  yield stop("left", async () => {
    await page.fill("#confirmation", account.email);
    await press(page, "#confirm");
  }, 'a[href$="/sign-in"]');
  yield stop("leaving", async () => {
    equal((await nextMail(server, account.email)).kind, "account_left", "the mail");
    await person.signIn(server.issuer);
  }, "#keep");
  yield stop("kept", async () => press(page, "#keep"), "#sign-out");
  yield stop("mail-inbox", `${server.issuer}/dev/mail`, "main h1");
}

/** Presses, and waits for the page that comes. */
async function press(page, what) {
  await Promise.all([page.waitForNavigation(), page.locator(what).first().click()]);
}

/** A copy of a refresh token comes back after its successor was used: the connection ends, and its person is told. */
async function usedTwice(speaker, person) {
  speaker.person = person;
  const { refresh_token: first } = await speaker.connect(speaker.cli);
  await speaker.refresh(speaker.cli, first);
  await refusal(() => speaker.refresh(speaker.cli, first), "a copy");
}

/** A stop is an address or something to do, and what must be there then; going there happens when the stop is visited. */
function stopper(page) {
  return (name, place, there) => ({
    name,
    page,
    async visit() {
      if (typeof place === "string") await page.goto(place, { waitUntil: "load" });
      else await place(page);
      await page.locator(there).first().waitFor({ state: "visible", timeout: 5_000 });
    },
  });
}
