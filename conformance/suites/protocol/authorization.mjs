// /authorize: what it refuses, how, and what it answers.
import * as oauth from "oauth4webapi";
import { assert, equal } from "../../harness/checks.mjs";
import { Person } from "../../harness/person.mjs";

export async function authorization({ server, browser, person, speaker, check }) {
  const { cli, app } = speaker;
  const atApp = { scope: "openid", resource: null };

  await check("a request without PKCE is refused", async () => {
    const { url } = await speaker.request(cli, { code_challenge: null, code_challenge_method: null });
    await isLeavePage(url, cli, "invalid_request");
  });
  await check("PKCE by plain is refused, and an app with the oidc profile hears so", async () => {
    const parameters = await answered(speaker, app, { ...atApp, code_challenge_method: "plain" });
    equal([parameters.get("error"), parameters.get("iss")], ["invalid_request", server.issuer], "answer");
  });
  await check("a response type other than code is refused", async () => {
    const parameters = await answered(speaker, app, { ...atApp, response_type: "token" });
    equal(parameters.get("error"), "unsupported_response_type", "error");
  });
  await check("a request object is refused by its own name", async () => {
    const parameters = await answered(speaker, app, { ...atApp, request: "e30.e30." });
    equal(parameters.get("error"), "request_not_supported", "error");
  });
  await check("an unknown redirect URI leads to a page and nowhere else", async () => {
    for (const redirect of ["https://evil.example/callback", "http://127.0.0.1.evil.example/callback", `${cli.redirectUri}/../evil`, `${cli.redirectUri}?more=1`]) {
      const { url } = await speaker.request(cli, { redirect_uri: redirect });
      await isPage(url);
    }
  });
  await check("an unknown client leads to a page, or to invalid_client for who asks for JSON", async () => {
    const { url } = await speaker.request(cli, { client_id: "nobody" });
    await isPage(url);
    const answer = await fetch(url, { redirect: "manual", headers: { accept: "application/json" } });
    equal((await answer.json()).error, "invalid_client", "error");
  });
  await check("a repeated parameter is refused", async () => {
    const { url } = await speaker.request(cli);
    await isLeavePage(`${url}&scope=openid`, cli, "invalid_request");
  });
  await check("an unknown resource is invalid_target", async () => {
    const parameters = await answered(speaker, app, { resource: "https://elsewhere.example/" });
    equal(parameters.get("error"), "invalid_target", "error");
  });
  await check("a request by POST is taken, and goes on by GET", async () => {
    const { url } = await speaker.request(cli);
    const answer = await fetch(speaker.as.authorization_endpoint, { method: "POST", redirect: "manual", body: new URL(url).searchParams });
    equal(answer.status, 303, "status");
    const place = new URL(answer.headers.get("location"), server.issuer);
    equal(place.origin, server.issuer, "goes on at");
  });
  await check("Don't allow answers access_denied with state and iss", async () => {
    const request = await speaker.request(cli);
    const { url } = await person.answer(request.url, { decision: "deny" });
    const error = thrown(() => oauth.validateAuthResponse(speaker.as, cli.client, url, request.state));
    equal(error.error, "access_denied", "error");
  });
  await check("the state comes back byte for byte", async () => {
    const state = "a b+c%20d/é?&=\"'<>~";
    const { url } = await person.answer((await speaker.request(cli, { state })).url, { redirectUri: cli.redirectUri });
    equal(url.searchParams.getAll("state"), [state], "state");
  });
  await check("login_hint fills in the address", async () => {
    const guest = await Person.arrive(browser, server.person("member"));
    const { url } = await speaker.request(cli, { login_hint: "somebody@example.com" });
    await guest.page.goto(url);
    equal(await guest.page.inputValue("#email"), "somebody@example.com", "address");
    await guest.leave();
  });
  await check("the browser sees one answer however often Allow is pressed", async () => {
    const { url } = await speaker.request(cli, { prompt: "consent" });
    const [once, twice] = await pressTwice(person, url, cli.redirectUri);
    equal(twice.href, once.href, "second answer");
  });
}

async function answered(speaker, who, extra) {
  const { url, state } = await speaker.request(who, extra);
  const answer = await fetch(url, { redirect: "manual" });
  const place = answer.headers.get("location");
  assert(place?.startsWith(who.redirectUri), `expected to be sent to the app, but got ${answer.status} ${place ?? ""}`);
  const { searchParams } = new URL(place);
  equal(searchParams.get("state"), state, "state");
  return searchParams;
}

/** An error that stays here: nobody knows whether the app's address is its own. */
async function isPage(url) {
  const answer = await fetch(url, { redirect: "manual" });
  assert(answer.status >= 400 && answer.status < 500, `expected an error page, but got ${answer.status}`);
  assert(answer.headers.get("content-type")?.startsWith("text/html"), "it is not a page");
  equal(answer.headers.get("location"), null, "location");
}

/** An error that no act of the person led to: the browser stays, and a link tells the app. */
async function isLeavePage(url, who, error) {
  const answer = await fetch(url, { redirect: "manual" });
  assert(answer.status < 300 || (answer.status >= 400 && answer.status < 500), `expected a page, but got ${answer.status}`);
  const page = await answer.text();
  const links = [...page.matchAll(/href="([^"]+)"/g)].map(([, href]) => href.replaceAll("&#38;", "&").replaceAll("&amp;", "&"));
  const back = links.find((href) => href.startsWith(who.redirectUri));
  assert(back, `no link leads back to ${who.redirectUri}`);
  equal(new URL(back).searchParams.get("error"), error, "error");
  assert(!page.includes("not verified"), "it calls a client unverified that an operator added");
}

function thrown(body) {
  try {
    body();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was refused");
}

/** Submits the same consent form twice, as a browser that is clicked twice does. */
async function pressTwice(person, url, redirectUri) {
  const { page, context } = person;
  await page.goto(url);
  if (await page.locator("#password").isVisible()) {
    await person.fillIn();
    await page.click("#sign-in");
  }
  await page.locator("#allow").waitFor();
  await person.choose("apollo");
  const { action, fields } = await page.locator("form:has(#allow)").evaluate((form, allow) => {
    const data = new FormData(form, form.querySelector(allow));
    return { action: form.action, fields: Object.fromEntries(data) };
  }, "#allow");
  const submit = async () => {
    const answer = await context.request.post(action, { form: fields, maxRedirects: 0, headers: { origin: new URL(action).origin } });
    return new URL(answer.headers().location ?? "about:blank", action);
  };
  const answers = [await submit(), await submit()];
  assert(answers[0].href.startsWith(redirectUri), `the first answer goes to ${answers[0].origin}${answers[0].pathname}`);
  return answers;
}
