import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { InvalidTokenError, ServerError } from "@modelcontextprotocol/sdk/server/auth/errors.js";
import { requireBearerAuth } from "@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import express from "express";

const { ISSUER, RESOURCE, CLIENT_ID, CLIENT_SECRET, PORT = "8090" } = process.env;
const resource = new URL(RESOURCE);
const metadata = `/.well-known/oauth-protected-resource${resource.pathname}`;
const basic = Buffer.from(`${encodeURIComponent(CLIENT_ID)}:${encodeURIComponent(CLIENT_SECRET)}`).toString("base64");

/** Asks about each token; what it says of it is `extra.authInfo` in a tool. */
async function verifyAccessToken(token) {
  const question = { method: "POST", headers: { authorization: `Basic ${basic}` }, body: new URLSearchParams({ token }) };
  const answer = await fetch(`${ISSUER}/introspect`, question).catch(() => null);
  // 500, since the token may be good: a 401 would make the client throw it away.
  if (answer?.status !== 200) throw new ServerError("the authorization server cannot be asked");
  const grant = await answer.json();
  if (!grant.active || grant.iss !== ISSUER || !grant.project) throw new InvalidTokenError("the token is not good here");
  return { token, clientId: grant.client_id, scopes: grant.scope.split(" "), expiresAt: grant.exp, resource: new URL(grant.aud), extra: grant };
}

function notes() {
  const server = new McpServer({ name: "notes", version: "1.0.0" });
  server.registerTool("list_notes", { description: "The notes of the project" }, ({ authInfo }) => ({
    content: [{ type: "text", text: `a note of project ${authInfo.extra.project}` }],
  }));
  server.registerTool("write_note", { description: "Writes a note" }, ({ authInfo }) => {
    if (authInfo.extra.access !== "write") return { isError: true, content: [{ type: "text", text: "This connection may only read." }] };
    return { content: [{ type: "text", text: "written" }] };
  });
  return server;
}

const app = express();
app.get(metadata, (_, response) => {
  const document = { resource: RESOURCE, authorization_servers: [ISSUER], scopes_supported: ["notes:read"], bearer_methods_supported: ["header"] };
  response.set("Access-Control-Allow-Origin", "*").json(document);
});
const bearer = requireBearerAuth({
  verifier: { verifyAccessToken },
  requiredScopes: ["notes:read"],
  expectedResource: resource,
  resourceMetadataUrl: `${resource.origin}${metadata}`,
});
app.post(resource.pathname, bearer, express.json(), async (request, response) => {
  const [server, transport] = [notes(), new StreamableHTTPServerTransport({ sessionIdGenerator: undefined })];
  response.on("close", () => server.close());
  await server.connect(transport);
  await transport.handleRequest(request, response, request.body);
});
app.listen(Number(PORT), "127.0.0.1", () => console.log(`listening on ${PORT}`));
