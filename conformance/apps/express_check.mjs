import express from "express";

const { ISSUER, RESOURCE, CLIENT_ID, CLIENT_SECRET, PORT = "8090" } = process.env;
const app = express();
app.get("/.well-known/oauth-protected-resource/notes", (_, response) => response.json({ resource: RESOURCE, authorization_servers: [ISSUER] }));

/** Lets in whoever brings a good token of one project, and readers no further than reading. */
async function guard(request, response, next) {
  const authorization = `Basic ${Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`).toString("base64")}`;
  const headers = { authorization, "lanyard-authorization": request.get("authorization") ?? "", "lanyard-method": request.method };
  const unknown = () => new Response(null, { status: 503, headers: { "retry-after": "2" } });
  const answer = await fetch(`${ISSUER}/check?scope=notes%3Aread`, { headers }).catch(unknown);
  request.project = answer.headers.get("lanyard-project");
  if (answer.status === 204) return next();
  response.set("www-authenticate", answer.headers.get("www-authenticate") ?? []).set("retry-after", answer.headers.get("retry-after") ?? []);
  response.status([401, 403, 429].includes(answer.status) ? answer.status : 503).end();
}

app.all("/notes/:project", guard, (request, response) => {
  if (request.params.project !== request.project) return response.status(404).end();
  response.json([`a note of project ${request.project}`]);
});
app.listen(Number(PORT), "127.0.0.1", () => console.log(`listening on ${PORT}`));
