// Client authentication: each method that is listed, and what is refused.
import * as oauth from "oauth4webapi";
import { assert, equal, refusal } from "../../harness/checks.mjs";
import { INSECURE } from "./speaker.mjs";

const IDENTITY = { scope: "openid offline_access", resource: null };

export async function clients({ speaker, check }) {
  const { as, app } = speaker;
  const asApp = (auth) => ({ ...app, auth });

  await check("client_secret_basic", () => speaker.connect(app, IDENTITY));
  await check("client_secret_post", () => speaker.connect(asApp(oauth.ClientSecretPost(app.secret)), IDENTITY));
  await check("private_key_jwt, registered by the client itself", () => privateKeyJwt(speaker));

  await check("a wrong secret is invalid_client, 401, with a challenge", async () => {
    const answer = await redeemAs(speaker, oauth.ClientSecretBasic("wrong"));
    equal([answer.status, (await answer.clone().json()).error], [401, "invalid_client"], "answer");
    assert(answer.headers.get("www-authenticate")?.startsWith("Basic"), "no challenge");
  });
  await check("no authentication is not enough for a client with a secret", async () => {
    const answer = await redeemAs(speaker, oauth.None());
    equal([answer.status, (await answer.json()).error], [401, "invalid_client"], "answer");
  });
  await check("two methods at once are refused", async () => {
    const basic = `Basic ${Buffer.from(`demo-app:${app.secret}`).toString("base64")}`;
    const form = { grant_type: "authorization_code", code: "x", client_id: "demo-app", client_secret: app.secret };
    const answer = await speaker.post(as.token_endpoint, form, { authorization: basic });
    equal([answer.status, (await answer.json()).error], [400, "invalid_request"], "answer");
  });
  await check("an unknown client is invalid_client", async () => {
    const answer = await speaker.post(as.token_endpoint, { grant_type: "authorization_code", code: "x", client_id: "nobody" });
    equal([answer.status, (await answer.json()).error], [401, "invalid_client"], "answer");
  });
  await check("client_credentials are not for a client that no operator gave them to", async () => {
    const response = await oauth.clientCredentialsGrantRequest(as, app.client, app.auth, new URLSearchParams(), INSECURE);
    const error = await refusal(() => oauth.processClientCredentialsResponse(as, app.client, response), "client_credentials");
    equal(error.error, "unauthorized_client", "error");
  });
  await check("a repeated parameter and a missing grant type are invalid_request", async () => {
    const twice = new URLSearchParams([["grant_type", "refresh_token"], ["grant_type", "refresh_token"], ["client_id", "demo-cli"]]);
    for (const form of [twice, { client_id: "demo-cli" }]) {
      const answer = await speaker.post(as.token_endpoint, form);
      equal([answer.status, (await answer.json()).error], [400, "invalid_request"], "answer");
    }
  });
  await check("parameters in the query of the token endpoint count for nothing", async () => {
    const answer = await fetch(`${as.token_endpoint}?grant_type=refresh_token&client_id=demo-cli&refresh_token=x`, { method: "POST" });
    assert(answer.status >= 400 && (await answer.json()).error !== "invalid_grant", "they were read");
  });
}

async function redeemAs(speaker, auth) {
  const authorized = await speaker.authorize(speaker.app, IDENTITY);
  return speaker.redeem(speaker.app, authorized, { auth });
}

/** Registers a client with a key of its own, and signs in with it. */
async function privateKeyJwt(speaker) {
  const { privateKey, publicKey } = await oauth.generateKeyPair("ES256", { extractable: true });
  const jwk = { ...(await crypto.subtle.exportKey("jwk", publicKey)), kid: "one", alg: "ES256", use: "sig" };
  const registered = await speaker.register({
    client_name: "Key holder",
    redirect_uris: [speaker.cli.redirectUri],
    token_endpoint_auth_method: "private_key_jwt",
    grant_types: ["authorization_code", "refresh_token"],
    jwks: { keys: [jwk] },
  });
  equal(registered.token_endpoint_auth_method, "private_key_jwt", "token_endpoint_auth_method");
  const client = { client_id: registered.client_id };
  const who = { client, auth: oauth.PrivateKeyJwt({ key: privateKey, kid: "one" }), redirectUri: speaker.cli.redirectUri };
  const tokens = await speaker.connect(who);
  await speaker.refresh(who, tokens.refresh_token);
  const stranger = await oauth.generateKeyPair("ES256");
  const error = await refusal(() => speaker.refresh({ ...who, auth: oauth.PrivateKeyJwt({ key: stranger.privateKey, kid: "one" }) }, tokens.refresh_token), "another key");
  equal(error.error, "invalid_client", "error");
}
