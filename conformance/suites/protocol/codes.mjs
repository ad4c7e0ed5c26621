// Authorization codes: single use, bound to their client, verifier and redirect.
import * as oauth from "oauth4webapi";
import { assert, equal, refusal } from "../../harness/checks.mjs";

export async function codes({ server, speaker, check }) {
  const { cli, app } = speaker;

  await check("a code becomes a token that names project, organisation and access", async () => {
    const tokens = await speaker.connect(cli);
    const seen = await speaker.introspect(tokens.access_token);
    const project = server.project("apollo");
    equal([seen.active, seen.project, seen.client_id, seen.iss, seen.token_type], [true, project.id, "demo-cli", server.issuer, "Bearer"], "introspection");
    assert(seen.organization && seen.sub && seen.exp > seen.iat, "organization, sub, exp or iat is wrong");
    equal(seen.access, seen.scope.includes(":write") ? "write" : "read", "access");
    assert([].concat(seen.aud).includes(server.mcpUrl), `aud is ${seen.aud}`);
  });
  await check("a second redemption is refused, and ends what the first one gave", async () => {
    const authorized = await speaker.authorize(cli);
    const tokens = await oauth.processAuthorizationCodeResponse(speaker.as, cli.client, await speaker.redeem(cli, authorized));
    await isRefused(speaker, cli, () => speaker.redeem(cli, authorized), "invalid_grant");
    equal(await speaker.introspect(tokens.access_token), { active: false }, "the first token");
    equal((await refusal(() => speaker.refresh(cli, tokens.refresh_token), "its refresh")).error, "invalid_grant", "error");
  });
  await check("a wrong verifier is refused", async () => {
    const authorized = await speaker.authorize(cli);
    const wrong = { ...authorized, verifier: oauth.generateRandomCodeVerifier() };
    await isRefused(speaker, cli, () => speaker.redeem(cli, wrong), "invalid_grant");
  });
  await check("another redirect URI is refused", async () => {
    const authorized = await speaker.authorize(cli);
    await isRefused(speaker, cli, () => speaker.redeem(cli, authorized, { redirectUri: "http://127.0.0.1:1/callback" }), "invalid_grant");
  });
  await check("another client's code is refused, and stays good for its own client", async () => {
    const authorized = await speaker.authorize(cli);
    await isRefused(speaker, app, () => speaker.redeem({ ...app, redirectUri: cli.redirectUri }, authorized), "invalid_grant");
    await oauth.processAuthorizationCodeResponse(speaker.as, cli.client, await speaker.redeem(cli, authorized));
  });
  await check("a resource at the token endpoint may be spelt otherwise, and may not be another", async () => {
    const { protocol, host, pathname } = new URL(server.mcpUrl);
    const spelt = `${protocol.toUpperCase()}//${host.toUpperCase()}${pathname}/`;
    const authorized = await speaker.authorize(cli, { resource: spelt });
    await isRefused(speaker, cli, () => speaker.redeem(cli, authorized, { additional: { resource: "https://elsewhere.example/" } }), "invalid_target");
    const again = await speaker.authorize(cli);
    const response = await speaker.redeem(cli, again, { additional: { resource: spelt } });
    await oauth.processAuthorizationCodeResponse(speaker.as, cli.client, response);
  });
  await check("answers are never stored: Cache-Control is no-store", async () => {
    const authorized = await speaker.authorize(cli);
    const response = await speaker.redeem(cli, authorized);
    equal(response.headers.get("cache-control"), "no-store", "cache-control");
  });
}

export async function isRefused(speaker, who, send, code) {
  const response = await send();
  const error = await refusal(() => oauth.processAuthorizationCodeResponse(speaker.as, who.client, response), "the request");
  equal([error.error, error.status], [code, 400], "error");
}
