// The whole way with JavaScript switched off: sign up, sign in, allow, see the connection, end it, sign out.
import { assert, equal } from "../harness/checks.mjs";
import { Person } from "../harness/person.mjs";

export async function withoutScripts({ server, browser, speaker, stranger, check, need }) {
  const account = { email: `scriptless-${Date.now()}@example.com`, password: "nine calm otters row 42" };
  const person = await Person.arrive(browser, account, { javaScriptEnabled: false });
  const { page } = person;

  await need("signs up", async () => {
    await person.signUp(server.issuer);
    await person.confirm(server);
  });
  await check("changes the theme, and it is remembered", async () => {
    const theme = () => page.locator("html").getAttribute("data-theme");
    const before = await theme();
    const button = page.locator('form[action$="/theme"] button:not([aria-pressed="true"]):not([aria-current="true"])').last();
    await Promise.all([page.waitForNavigation(), button.click()]);
    const after = await theme();
    assert(after !== before, `it is still ${before}`);
    await page.goto(`${server.issuer}/connections`);
    equal(await theme(), after, "on the next page");
  });
  await need("allows an app to read its own first project", async () => {
    const { url } = await speaker.request(stranger);
    const { parameters, consent } = await person.answer(url, { redirectUri: stranger.redirectUri, project: null });
    assert(consent.includes(stranger.name), "the page does not say who asks");
    assert(parameters.get("code"), "no code came back");
  });
  await check("sees the connection, and ends it", async () => {
    equal(await person.disconnect(server.issuer, stranger.name), 1, "connections ended");
  });
  await check("signs out and in again", async () => {
    await person.signOut(server.issuer);
    await person.signIn(server.issuer);
  });
  await person.leave();
}
