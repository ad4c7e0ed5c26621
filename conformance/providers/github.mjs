// As much of GitHub as signing in needs: an authorization page, a token, and the two addresses of its API.
import { createHash, randomBytes } from "node:crypto";
import { CLIENT, SECRET } from "./client.mjs";

const PERSON = { id: 583231, login: "octo", name: "Octavia Cat", email: null };
const ADDRESSES = [
  { email: "octo@users.noreply.github.example", primary: false, verified: true, visibility: null },
  { email: "octo@example.com", primary: true, verified: true, visibility: "private" },
];

export function github({ redirectUri }) {
  const codes = new Map();
  const tokens = new Set();
  const routes = {
    "/login/oauth/authorize": (url) => {
      const asked = url.searchParams;
      const right = asked.get("client_id") === CLIENT && asked.get("redirect_uri") === redirectUri && asked.get("code_challenge_method") === "S256";
      if (!right) return html(400, "<h1>Not a request of this app</h1>");
      const back = new URL(redirectUri);
      const code = randomBytes(16).toString("hex");
      codes.set(code, asked.get("code_challenge"));
      back.searchParams.set("code", code);
      back.searchParams.set("state", asked.get("state"));
      return html(200, `<!doctype html><title>GitHub</title><h1>Authorize</h1><a id="authorize" href="${back.href.replaceAll("&", "&amp;")}">Authorize</a>`);
    },
    "/login/oauth/access_token": (_url, body) => {
      const form = new URLSearchParams(body);
      const challenge = codes.get(form.get("code"));
      codes.delete(form.get("code"));
      const verifier = createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url");
      const right = form.get("client_id") === CLIENT && form.get("client_secret") === SECRET && form.get("redirect_uri") === redirectUri;
      // As GitHub does: a refusal is 200 too.
      if (!right || challenge !== verifier) return json({ error: "bad_verification_code" });
      const token = `gho_${randomBytes(16).toString("hex")}`;
      tokens.add(token);
      return json({ access_token: token, token_type: "bearer", scope: "user:email" });
    },
    "/api/v3/user": (_url, _body, bearer) => (tokens.has(bearer) ? json(PERSON) : json({ message: "Bad credentials" }, 401)),
    "/api/v3/user/emails": (_url, _body, bearer) => (tokens.has(bearer) ? json(ADDRESSES) : json({ message: "Bad credentials" }, 401)),
  };
  return async (request, response) => {
    const url = new URL(request.url, redirectUri);
    let body = "";
    for await (const part of request) body += part;
    const bearer = request.headers.authorization?.replace(/^Bearer /, "");
    const { status, type, text } = routes[url.pathname]?.(url, body, bearer) ?? json({ message: "Not Found" }, 404);
    response.writeHead(status, { "content-type": type }).end(text);
  };
}

const html = (status, text) => ({ status, type: "text/html; charset=utf-8", text });
const json = (value, status = 200) => ({ status, type: "application/json; charset=utf-8", text: JSON.stringify(value) });
