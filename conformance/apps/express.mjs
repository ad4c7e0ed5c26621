import express from "express";
import * as oauth from "oauth4webapi";

const { ISSUER, RESOURCE, CLIENT_ID, CLIENT_SECRET, PORT = "8090" } = process.env;
// http is for a development server on this computer.
const options = { [oauth.allowInsecureRequests]: ISSUER.startsWith("http:") };
const found = await oauth.discoveryRequest(new URL(ISSUER), { ...options, algorithm: "oauth2" });
const issuer = await oauth.processDiscoveryResponse(new URL(ISSUER), found);
const resource = new URL(RESOURCE);
const metadata = `/.well-known/oauth-protected-resource${resource.pathname}`;

const app = express();
app.get(metadata, (_, response) => {
  const document = { resource: RESOURCE, authorization_servers: [ISSUER], scopes_supported: ["notes:read"], bearer_methods_supported: ["header"] };
  response.set("Access-Control-Allow-Origin", "*").json(document);
});

/** Lets in whoever brings a good token of one project, and readers no further than reading. */
async function guard(request, response, next) {
  const refuse = (status, error) => {
    const parts = [...(error ? [`error="${error}"`] : []), 'scope="notes:read"', `resource_metadata="${resource.origin}${metadata}"`];
    response.status(status).set("WWW-Authenticate", `Bearer ${parts.join(", ")}`).end();
  };
  const [scheme, token, ...rest] = (request.get("authorization") ?? "").split(" ");
  if (scheme.toLowerCase() !== "bearer" || !token || rest.length > 0) return refuse(401);
  let grant;
  try {
    const client = { client_id: CLIENT_ID };
    const answer = await oauth.introspectionRequest(issuer, client, oauth.ClientSecretBasic(CLIENT_SECRET), token, options);
    grant = await oauth.processIntrospectionResponse(issuer, client, answer);
  } catch {
    // The token may be good: nothing that makes a client throw it away.
    return response.status(503).set("Retry-After", "2").end();
  }
  if (!grant.active || grant.iss !== ISSUER || grant.aud !== RESOURCE) return refuse(401, "invalid_token");
  const reads = ["GET", "HEAD", "OPTIONS"].includes(request.method);
  const reaches = grant.project && grant.scope.split(" ").includes("notes:read") && (reads || grant.access === "write");
  if (!reaches) return refuse(403, "insufficient_scope");
  request.grant = grant;
  next();
}

app.all("/notes/:project", guard, (request, response) => {
  // What is not this project's is not there.
  if (request.params.project !== request.grant.project) return response.status(404).end();
  response.json([`a note of project ${request.grant.project}`]);
});
app.listen(Number(PORT), "127.0.0.1", () => console.log(`listening on ${PORT}`));
