// Dynamic registration: lenient where real clients need it, and never a way to more than reading.
import { assert, equal, refusal } from "../../harness/checks.mjs";

const CURSOR = ["cursor://anysphere.cursor-mcp/oauth/callback", "https://www.cursor.com/agents/mcp/oauth/callback", "http://localhost:8787/callback"];

export async function registration({ speaker, check }) {
  const publicClient = (extra) => ({ client_name: "Registered by itself", redirect_uris: [speaker.cli.redirectUri], token_endpoint_auth_method: "none", ...extra });

  await check("the answer has what clients look for, and no nulls", async () => {
    const registered = await speaker.register(publicClient());
    assert(registered.client_id && Number.isInteger(registered.client_id_issued_at), "client_id or client_id_issued_at is missing");
    equal(registered.redirect_uris, [speaker.cli.redirectUri], "redirect_uris");
    assert(!Object.values(registered).includes(null), "a member is null");
    assert(!("client_secret" in registered), "a public client got a secret");
  });
  await check("a client that asks for a secret gets one that needs no encoding", async () => {
    const registered = await speaker.register(publicClient({ token_endpoint_auth_method: "client_secret_post" }));
    assert(/^[A-Za-z0-9_-]{40,}$/.test(registered.client_secret), "the secret is missing, short, or has odd characters");
    equal(registered.client_secret_expires_at, 0, "client_secret_expires_at");
  });
  await check("Cursor's three redirect URIs are taken together", async () => {
    const registered = await speaker.register(publicClient({ redirect_uris: CURSOR }));
    equal(registered.redirect_uris, CURSOR, "redirect_uris");
  });
  await check("grant types that such a client may not have are dropped, and the answer says so", async () => {
    const asked = ["authorization_code", "refresh_token", "client_credentials", "urn:ietf:params:oauth:grant-type:device_code"];
    const registered = await speaker.register(publicClient({ grant_types: asked }));
    equal(registered.grant_types, ["authorization_code", "refresh_token"], "grant_types");
  });
  await check("dangerous redirect URIs are invalid_redirect_uri", async () => {
    for (const uri of ["javascript:alert(1)", "data:text/html,x", "http://evil.example/callback", "https://app.example/callback#part", "https://user@app.example/", "https://*.example/"]) {
      const error = await refusal(() => speaker.register(publicClient({ redirect_uris: [uri] })), uri);
      equal(error.error, "invalid_redirect_uri", uri);
    }
  });
  await check("it asks for writing, and is given reading", async () => {
    const registered = await speaker.register(publicClient({ client_name: "Wants to write", scope: "issues:read issues:write offline_access" }));
    const who = { ...speaker.cli, client: { client_id: registered.client_id } };
    const tokens = await speaker.connect(who, { scope: "issues:read issues:write offline_access" });
    assert(tokens.scope && !tokens.scope.includes("write"), `the answer says ${tokens.scope}`);
    const seen = await speaker.introspect(tokens.access_token);
    equal([seen.access, seen.scope.includes("write")], ["read", false], "introspection");
  });
  await check("a client that asks for writing alone is not given it", async () => {
    const registered = await speaker.register(publicClient({ client_name: "Only writes" }));
    const who = { ...speaker.cli, client: { client_id: registered.client_id } };
    const authorized = await speaker.authorize(who, { scope: "issues:write" }).catch(() => null);
    if (!authorized) return;
    const { scope = "" } = await (await speaker.redeem(who, authorized)).json();
    assert(!scope.includes("write"), `it was given ${scope}`);
  });
}
