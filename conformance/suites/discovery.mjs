// What the server says about itself, and that all of it is so. Plain HTTP, no client library.
import http from "node:http";
import { assert, equal } from "../harness/checks.mjs";

export const settings = "usual";
export const title = "discovery";

const FORMS = ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"];
const REQUIRED = ["issuer", "authorization_endpoint", "token_endpoint", "device_authorization_endpoint", "jwks_uri", "registration_endpoint", "revocation_endpoint", "introspection_endpoint", "userinfo_endpoint"];

export async function run({ server, check, need }) {
  const { issuer } = server;
  const metadata = await need("the metadata document is served", () => json(`${issuer}${FORMS[0]}`));

  await check("one identical document at every well-known form", async () => {
    const texts = await Promise.all(FORMS.map(async (form) => (await plain(`${issuer}${form}`)).text()));
    equal(texts[1], texts[0], "openid-configuration");
  });

  await check("an unknown well-known form is 404, not an error", async () => {
    for (const path of ["/.well-known/oauth-authorization-server/nobody", "/.well-known/webfinger"]) {
      equal((await fetch(`${issuer}${path}`)).status, 404, path);
    }
  });

  await check("the issuer is ours, whatever Host or X-Forwarded header arrives", async () => {
    equal(metadata.issuer, issuer, "issuer");
    for (const headers of [{ host: "evil.example" }, { "x-forwarded-host": "evil.example", "x-forwarded-proto": "https" }]) {
      const answer = await withHeaders(`${issuer}${FORMS[0]}`, headers);
      equal(answer.status, 200, "status");
      equal(JSON.parse(answer.body), metadata, "document");
    }
  });

  await check("the members that clients look for", async () => {
    for (const name of REQUIRED) assert(typeof metadata[name] === "string", `${name} is missing`);
    equal(metadata.code_challenge_methods_supported, ["S256"], "code_challenge_methods_supported");
    equal(metadata.response_types_supported, ["code"], "response_types_supported");
    equal(metadata.authorization_response_iss_parameter_supported, true, "iss parameter");
    equal(metadata.client_id_metadata_document_supported, true, "client-id documents");
    assert(metadata.token_endpoint_auth_methods_supported.includes("none"), "none is not among the authentication methods");
    assert(metadata.scopes_supported.includes("offline_access"), "offline_access is not among the scopes");
    assert(metadata.scopes_supported.includes("openid"), "openid is not among the scopes");
  });

  await check("no member is null or an empty list", () => {
    for (const [name, value] of Object.entries(metadata)) {
      assert(value !== null, `${name} is null`);
      assert(!Array.isArray(value) || value.length > 0, `${name} is empty`);
    }
  });

  await check("every endpoint listed answers, in its own way", async () => {
    for (const [name, url] of Object.entries(metadata).filter(([name]) => /_endpoint$|_uri$/.test(name))) {
      const { status } = await fetch(url, { redirect: "manual", method: expectsPost(name) ? "POST" : "GET" });
      assert(status !== 404 && status !== 405 && status < 500, `${name} answers ${status}`);
    }
  });

  await check("every grant type listed is known, and no other", async () => {
    for (const grant of metadata.grant_types_supported) {
      const { error } = await token(metadata, { grant_type: grant, client_id: "demo-cli" });
      assert(error !== "unsupported_grant_type", `${grant} is listed and unknown`);
    }
    for (const grant of ["password", "urn:ietf:params:oauth:grant-type:jwt-bearer", "urn:ietf:params:oauth:grant-type:device_code"]) {
      if (metadata.grant_types_supported.includes(grant)) continue;
      equal((await token(metadata, { grant_type: grant, client_id: "demo-cli" })).error, "unsupported_grant_type", grant);
    }
  });

  await check("the key set has public keys only, with kid, use and alg", async () => {
    const { keys } = await json(metadata.jwks_uri);
    assert(keys.length > 0, "no keys");
    for (const key of keys) {
      assert(key.kid && key.alg && key.use === "sig", `a key lacks kid, alg or use: ${key.kid}`);
      for (const part of ["d", "p", "q", "dp", "dq", "qi", "k"]) assert(!(part in key), `the private part ${part} is published`);
    }
    for (const alg of metadata.id_token_signing_alg_values_supported) assert(keys.some((key) => key.alg === alg), `no key for ${alg}`);
  });

  await check("browsers elsewhere may read the public endpoints, and never with credentials", async () => {
    const named = ["jwks_uri", "token_endpoint", "registration_endpoint", "revocation_endpoint", "userinfo_endpoint"].map((name) => metadata[name]);
    for (const url of [`${issuer}${FORMS[0]}`, `${issuer}${FORMS[1]}`, ...named]) {
      const answer = await preflight(url);
      equal(answer.headers.get("access-control-allow-origin"), "*", `${url} allows`);
      equal(answer.headers.get("access-control-allow-credentials"), null, `${url} credentials`);
    }
  });

  await check("no page of another origin may read /authorize", async () => {
    const answer = await preflight(metadata.authorization_endpoint);
    equal(answer.headers.get("access-control-allow-origin"), null, "allows");
  });

  await check("health, security.txt and the honest page are there", async () => {
    for (const path of ["/health/live", "/health/ready", "/.well-known/security.txt", "/security"]) {
      equal((await fetch(`${issuer}${path}`)).status, 200, path);
    }
  });

  await check("the MCP server names this issuer in its protected-resource metadata", async () => {
    const { origin, pathname } = new URL(server.mcpUrl);
    const resource = await json(`${origin}/.well-known/oauth-protected-resource${pathname}`);
    equal(resource.resource, server.mcpUrl, "resource");
    equal(resource.authorization_servers, [issuer], "authorization_servers");
    const refused = await fetch(server.mcpUrl, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
    equal(refused.status, 401, "without a token");
    const challenge = refused.headers.get("www-authenticate") ?? "";
    assert(/^Bearer /.test(challenge) && challenge.includes("resource_metadata="), `the challenge is “${challenge}”`);
    assert(!challenge.includes("error="), `no token is no error, but the challenge is “${challenge}”`);
  });
}

function expectsPost(name) {
  return ["token_endpoint", "device_authorization_endpoint", "registration_endpoint", "revocation_endpoint", "introspection_endpoint"].includes(name);
}

async function plain(url) {
  const answer = await fetch(url, { redirect: "error" });
  equal(answer.status, 200, url);
  assert(answer.headers.get("content-type")?.startsWith("application/json"), `${url} is not JSON`);
  return answer;
}

async function json(url) {
  return (await plain(url)).json();
}

async function token(metadata, parameters) {
  const answer = await fetch(metadata.token_endpoint, { method: "POST", body: new URLSearchParams(parameters) });
  return answer.json();
}

function preflight(url) {
  const headers = { origin: "https://inspector.example", "access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type,mcp-protocol-version" };
  return fetch(url, { method: "OPTIONS", headers });
}

/** fetch does not let a caller choose Host. */
function withHeaders(url, headers) {
  return new Promise((resolve, reject) => {
    http.get(url, { headers }, (answer) => {
      let body = "";
      answer.on("data", (part) => (body += part)).on("end", () => resolve({ status: answer.statusCode, body }));
    }).once("error", reject);
  });
}
