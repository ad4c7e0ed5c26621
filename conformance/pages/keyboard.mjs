// A person without a pointer: signs in and answers a consent by Tab, Space and Enter, and sees where they are.
import { assert, equal } from "../harness/checks.mjs";
import { Person } from "../harness/person.mjs";

const FAR = 40;

export async function keyboard({ server, browser, speaker, stranger, check, need }) {
  const person = await Person.arrive(browser, server.person("admin"));
  const { page, account } = person;
  const { url } = await speaker.request(stranger);

  await need("signs in", async () => {
    await page.goto(url);
    await tabTo(page, "email");
    await page.keyboard.type(account.email);
    await tabTo(page, "password");
    await page.keyboard.type(account.password);
    await page.keyboard.press("Enter");
    await page.locator("#allow").waitFor();
  });
  await check("Don't allow is as large as Allow, and comes before or beside it", async () => {
    const [deny, allow] = await Promise.all(["#deny", "#allow"].map((id) => page.locator(id).boundingBox()));
    equal([Math.round(deny.width), Math.round(deny.height)], [Math.round(allow.width), Math.round(allow.height)], "size of Don't allow");
    const weights = await page.evaluate(() => ["deny", "allow"].map((id) => getComputedStyle(document.getElementById(id)).fontWeight));
    equal(weights[0], weights[1], "weight");
  });
  await check("no project is chosen beforehand where there are several", async () => {
    equal(await page.locator('input[type="radio"]:checked').count(), 0, "chosen");
  });
  await check("chooses a project, allows, and is sent on", async () => {
    const sent = page.waitForRequest((request) => request.url().startsWith(stranger.redirectUri));
    await tabTo(page, /^project-/);
    await page.keyboard.press("Space");
    equal(await page.locator('input[type="radio"]:checked').count(), 1, "chosen");
    await tabTo(page, "allow");
    await page.keyboard.press("Enter");
    assert(new URL((await sent).url()).searchParams.get("code"), "no code came back");
  });
  await check("after a refusal the focus is on what went wrong, and the title says Error", async () => {
    const guest = await Person.arrive(browser, account);
    await guest.page.goto(`${server.issuer}/sign-in`);
    await guest.page.fill("#email", account.email);
    await guest.page.fill("#password", "not the password");
    await guest.page.keyboard.press("Enter");
    await guest.page.waitForFunction(() => document.title.startsWith("Error:"));
    const focused = await guest.page.evaluate(() => document.activeElement?.innerText ?? "");
    assert(focused.length > 0, "nothing that says something has the focus");
    await guest.leave();
  });
  await person.leave();
}

/** Presses Tab until the focus is where it should be; at every step something must show where the focus is. */
export async function tabTo(page, id) {
  const wanted = id instanceof RegExp ? (given) => id.test(given) : (given) => given === id;
  for (let step = 0; step < FAR; step += 1) {
    const focus = await page.evaluate(() => {
      const focused = document.activeElement;
      const marked = [focused, focused?.nextElementSibling, focused?.parentElement].some((each) => each && getComputedStyle(each).outlineStyle !== "none");
      return { id: focused?.id ?? "", body: focused === document.body, marked };
    });
    assert(focus.body || focus.marked, `the focus is on #${focus.id} and nothing shows it`);
    if (wanted(focus.id)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab never comes to ${id}`);
}
