// Apps that sign a person in by OpenID Connect discovery: openid-client (JavaScript) and Authlib (Python).
import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import path from "node:path";
import * as openid from "openid-client";
import { HERE, PYTHON, WORK, sleep } from "../harness/places.mjs";
import { assert, equal, refusal } from "../harness/checks.mjs";
import { App } from "../harness/app.mjs";
import { Person } from "../harness/person.mjs";

export const settings = "usual";
export const title = "relying-parties";

/** As it is registered; the browser of this run finds what is there at another port. */
const REDIRECT = "http://localhost:3000/callback";
const CLIENT = "demo-app";

export async function run(surroundings) {
  const app = await App.open(surroundings.relyingPartyPort);
  await surroundings.suite("openid-client", (tools) => withOpenidClient({ ...surroundings, ...tools }));
  await app.close();
  await surroundings.suite("authlib", (tools) => withAuthlib({ ...surroundings, ...tools }));
}

async function withOpenidClient({ server, browser, check, need }) {
  const account = server.person("member");
  const person = await Person.arrive(browser, account);
  const { client_secret: secret } = server.client(CLIENT);
  const execute = [openid.allowInsecureRequests, openid.enableNonRepudiationChecks];
  const config = await need("configures itself by discovery", () => openid.discovery(new URL(server.issuer), CLIENT, secret, undefined, { execute }));

  let tokens;
  await need("signs the person in; the ID token's signature, nonce, at_hash and claims hold", async () => {
    tokens = await signIn(config, person, {});
    const claims = tokens.claims();
    equal(claims.iss, server.issuer, "iss");
    equal(claims.aud, CLIENT, "aud");
    assert(claims.sub && claims.auth_time <= Date.now() / 1000, "sub or auth_time is wrong");
  });
  await check("userinfo is about the same person, with the claims of the scopes", async () => {
    const userinfo = await openid.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
    equal(userinfo.email, account.email, "email");
  });
  await check("refreshes, with an ID token about the same sign-in", async () => {
    const before = tokens.claims();
    const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token);
    assert(refreshed.access_token, "no access token");
    if (refreshed.claims()) equal([refreshed.claims().sub, refreshed.claims().auth_time], [before.sub, before.auth_time], "sub and auth_time");
  });
  await check("a second sign-in in the same browser needs no password, and prompt=login does", async () => {
    const visit = await visited(config, person, {});
    assert(!visit.signedIn, "the password was asked again");
    const again = await visited(config, person, { prompt: "login" });
    assert(again.signedIn, "the password was not asked");
  });
  await check("max_age is kept: auth_time is fresh", async () => {
    const fresh = await signIn(config, person, { max_age: "1" }, 1_500);
    assert(Date.now() / 1000 - fresh.claims().auth_time < 30, "auth_time is old");
  });
  await check("prompt=none answers silently when the person is signed in and has allowed it", async () => {
    const silent = await visited(config, person, { prompt: "none" });
    equal([silent.signedIn, silent.consent], [false, null], "pages shown");
    assert(silent.parameters.get("code") || silent.parameters.get("error") === "consent_required", `it answered ${silent.parameters.get("error")}`);
  });
  await check("prompt=none answers login_required to nobody", async () => {
    const nobody = await Person.arrive(browser, account);
    const { parameters } = await visited(config, nobody, { prompt: "none" });
    await nobody.leave();
    equal([parameters.get("error"), parameters.get("iss")], ["login_required", server.issuer], "answer");
  });
  await check("a denied sign-in comes back as access_denied, with state and iss", async () => {
    const stranger = await Person.arrive(browser, server.person("outsider"));
    const { parameters } = await visited(config, stranger, { prompt: "consent", state: "kept" }, { decision: "deny" });
    await stranger.leave();
    equal([parameters.get("error"), parameters.get("state"), parameters.get("iss")], ["access_denied", "kept", server.issuer], "answer");
  });
  await check("revokes its token, which is refused from then on", async () => {
    await openid.tokenRevocation(config, tokens.refresh_token);
    const error = await refusal(() => openid.refreshTokenGrant(config, tokens.refresh_token), "the revoked token");
    equal(error.error, "invalid_grant", "error");
    await refusal(() => openid.fetchUserInfo(config, tokens.access_token, tokens.claims().sub), "its access token");
  });
  await person.leave();
}

/** Builds the request, and has the person answer it. */
async function visited(config, person, extra, answer) {
  const verifier = openid.randomPKCECodeVerifier();
  const request = {
    redirect_uri: REDIRECT,
    scope: "openid profile email offline_access",
    state: openid.randomState(),
    nonce: openid.randomNonce(),
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    ...extra,
  };
  const visit = await person.answer(openid.buildAuthorizationUrl(config, request).href, { redirectUri: REDIRECT, ...answer });
  return { ...visit, request, verifier };
}

async function signIn(config, person, extra, after = 0) {
  await sleep(after);
  const { url, request, verifier } = await visited(config, person, extra);
  const expected = { pkceCodeVerifier: verifier, expectedState: request.state, expectedNonce: request.nonce, idTokenExpected: true };
  if (extra.max_age) expected.maxAge = Number(extra.max_age) + 30;
  return openid.authorizationCodeGrant(config, url, expected);
}

async function withAuthlib({ server, browser, relyingPartyPort, check, need }) {
  const account = server.person("owner");
  const person = await Person.arrive(browser, account);
  const { client_secret: secret } = server.client(CLIENT);
  const script = path.join(HERE, "clients", "authlib_app.py");
  const app = spawn(PYTHON, [script, server.issuer, CLIENT, secret, REDIRECT, String(relyingPartyPort)], { stdio: ["ignore", "pipe", "pipe"] });
  const log = createWriteStream(path.join(WORK, "authlib.log"));
  for (const output of [app.stdout, app.stderr]) output.pipe(log, { end: false });
  try {
    await need("the app starts", () => reachable(`http://127.0.0.1:${relyingPartyPort}/callback`));
    await check("signs the person in by discovery, reads userinfo, refreshes", async () => {
      await person.answer("http://localhost:3000/login", { redirectUri: REDIRECT });
      const said = JSON.parse(await person.page.locator("body").innerText());
      assert(!said.error, `it was told ${said.error}: ${said.description}`);
      equal([said.claims?.iss, said.claims?.aud], [server.issuer, CLIENT], "iss and aud");
      equal(said.userinfo?.email, account.email, "email");
      equal(said.userinfo?.sub, said.claims?.sub, "sub");
      assert(said.refreshed, "it could not refresh");
    });
    await check("hears of a refusal", async () => {
      const stranger = await Person.arrive(browser, server.person("outsider"));
      await stranger.answer("http://localhost:3000/login", { redirectUri: REDIRECT, decision: "deny" });
      equal(JSON.parse(await stranger.page.locator("body").innerText()).error, "access_denied", "error");
      await stranger.leave();
    });
  } finally {
    app.kill();
    await person.leave();
  }
}

async function reachable(url) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const answer = await fetch(url).catch(() => null);
    if (answer) return;
    await sleep(200);
  }
  throw new Error(`${url} never answered`);
}
