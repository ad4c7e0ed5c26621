// Signing in with other providers in Chromium: oidc-provider stands in for Google and Microsoft, a small server for GitHub, and
// the demo provider of `lanyard dev` for itself. Each is clicked as a person clicks it.
import { assert, equal } from "../harness/checks.mjs";
import { Person } from "../harness/person.mjs";

export const settings = "providers";
export const title = "providers";

export async function run({ providers, suite, ...surroundings }) {
  providers.open(surroundings.server.issuer);
  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? "with JavaScript" : "without JavaScript";
    await suite(how, (tools) => each({ ...surroundings, ...tools, options: { javaScriptEnabled }, who: javaScriptEnabled ? "one" : "two" }));
  }
}

async function each({ server, browser, check, options, who }) {
  await check("Google: a first arrival makes an account, and the next one opens it", async () => {
    const email = `${who}@workspace.example`;
    for (const _ of ["first", "next"]) {
      await visiting(browser, options, async (page) => {
        await press(page, server, "google");
        await standIn(page, email);
        equal(await signedInAs(page, server), email);
      });
    }
  });
  await check("Microsoft: the tenant's issuer is checked, and the address is confirmed by mail", async () => {
    const email = `${who}@tenant.example`;
    await visiting(browser, options, async (page) => {
      await press(page, server, "microsoft");
      await standIn(page, email);
      await page.locator("#code").fill(await mailed(server, email));
      await page.locator("#confirm").click();
      equal(await signedInAs(page, server), email);
    });
    await visiting(browser, options, async (page) => {
      await press(page, server, "microsoft");
      await standIn(page, email);
      equal(await signedInAs(page, server), email);
    });
  });
  await check("GitHub: the number, and the primary address", async () => {
    await visiting(browser, options, async (page) => {
      await press(page, server, "github");
      await page.locator("#authorize").click();
      equal(await signedInAs(page, server), "octo@example.com");
    });
  });
  await check("the demo provider of a development server", async () => {
    await visiting(browser, options, async (page) => {
      await press(page, server, "demo");
      await page.locator("#person-newcomer").click();
      equal(await signedInAs(page, server), "newcomer@demo.example");
    });
  });
  await check("an app that waits goes on after signing in elsewhere", async () => {
    const client = server.client("demo-cli");
    const redirectUri = client.redirect_uris[0].replace("127.0.0.1/", "127.0.0.1:4711/");
    const asked = new URLSearchParams({
      response_type: "code",
      client_id: "demo-cli",
      redirect_uri: redirectUri,
      scope: "openid",
      code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
      code_challenge_method: "S256",
      state: "s",
    });
    await visiting(browser, options, async (page) => {
      await page.goto(`${server.issuer}/authorize?${asked}`);
      await page.locator("#sign-in-with-demo").click();
      await page.locator("#person-newcomer").click();
      await page.locator("#allow").waitFor();
    });
  });
  await check("an address that has an account is connected by its person, with a press", async () => {
    const member = server.person("member");
    await visiting(browser, options, async (page) => {
      await press(page, server, "demo");
      await page.locator("#person-member").click();
      const first = page.locator("#sign-in-as-before");
      // The second time it is connected already.
      if (await first.isVisible()) {
        await first.click();
        await page.locator("#email").fill(member.email);
        await page.locator("#password").fill(member.password);
        await page.locator("#sign-in").click();
        await page.locator("#connect").click();
      }
      equal(await signedInAs(page, server), member.email);
      await page.goto(`${server.issuer}/account/security`);
      assert((await page.locator("body").innerText()).includes("Demo provider"), "the provider on the security page");
    });
  });
}

async function visiting(browser, options, what) {
  const person = await Person.arrive(browser, null, options);
  try {
    await what(person.page);
  } finally {
    await person.leave();
  }
}

async function press(page, server, provider) {
  await page.goto(`${server.issuer}/sign-in`);
  await page.locator(`#sign-in-with-${provider}`).click();
}

/** What oidc-provider asks of whoever comes: who they are, and whether the app may know. */
async function standIn(page, email) {
  await page.locator("input[name=login]").fill(email);
  await page.locator("input[name=password]").fill("anything");
  await page.locator("button[type=submit]").click();
  await page.locator("button[type=submit]").click();
}

async function signedInAs(page, server) {
  await page.waitForURL((url) => url.origin === new URL(server.issuer).origin && !url.pathname.includes("/upstream/"));
  await page.goto(`${server.issuer}/account/security`);
  return page.locator(".top-email").innerText();
}

async function mailed(server, email) {
  const answer = await fetch(`${server.issuer}/dev/mail/next?to=${encodeURIComponent(email)}&wait=10`);
  return (await answer.json()).code;
}
