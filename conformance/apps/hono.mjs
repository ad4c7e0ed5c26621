import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { createRemoteJWKSet, errors, jwtVerify } from "jose";

const { ISSUER, RESOURCE, PORT = "8090" } = process.env;
const keys = createRemoteJWKSet(new URL(`${ISSUER}/jwks`));
const resource = new URL(RESOURCE);
const metadata = `/.well-known/oauth-protected-resource${resource.pathname}`;
const expected = {
  issuer: ISSUER,
  audience: RESOURCE,
  typ: "at+jwt",
  algorithms: ["ES256"],
  requiredClaims: ["sub", "client_id", "jti", "iat", "exp"],
  clockTolerance: 5,
};

const app = new Hono();
app.get(metadata, (c) => {
  const document = { resource: RESOURCE, authorization_servers: [ISSUER], scopes_supported: ["notes:read"], bearer_methods_supported: ["header"] };
  return c.json(document, 200, { "Access-Control-Allow-Origin": "*" });
});

/** Lets in whoever brings a good token of one project, and readers no further than reading. */
async function guard(c, next) {
  const refuse = (status, error) => {
    const parts = [...(error ? [`error="${error}"`] : []), 'scope="notes:read"', `resource_metadata="${resource.origin}${metadata}"`];
    return c.body(null, status, { "WWW-Authenticate": `Bearer ${parts.join(", ")}` });
  };
  const [scheme, token, ...rest] = (c.req.header("authorization") ?? "").split(" ");
  if (scheme.toLowerCase() !== "bearer" || !token || rest.length > 0) return refuse(401);
  let grant;
  try {
    ({ payload: grant } = await jwtVerify(token, keys, expected));
  } catch (error) {
    // What is wrong with the token is the caller's; that the keys cannot be fetched is not.
    const keysAreMissing = !(error instanceof errors.JOSEError) || error instanceof errors.JWKSTimeout || error.code === "ERR_JOSE_GENERIC";
    return keysAreMissing ? c.body(null, 503, { "Retry-After": "2" }) : refuse(401, "invalid_token");
  }
  const reads = ["GET", "HEAD", "OPTIONS"].includes(c.req.method);
  const reaches = grant.project && grant.scope?.split(" ").includes("notes:read") && (reads || grant.access === "write");
  if (!reaches) return refuse(403, "insufficient_scope");
  c.set("grant", grant);
  await next();
}

app.all("/notes/:project", guard, (c) => {
  const { project } = c.get("grant");
  // What is not this project's is not there.
  return c.req.param("project") === project ? c.json([`a note of project ${project}`]) : c.notFound();
});
serve({ fetch: app.fetch, port: Number(PORT), hostname: "127.0.0.1" }, () => console.log(`listening on ${PORT}`));
