// The apps of docs/protect, in a process each, exactly as the documents show them: no token, good, foreign, revoked ones, another project, a
// write. What the documents say to type is what is typed here.
import { execFile, spawn } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import path from "node:path";
import { promisify } from "node:util";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import * as oauth from "oauth4webapi";
import { BINARY, HERE, PYTHON, ROOT, WORK, freePort, scratchDirectory, sleep, within } from "../harness/places.mjs";
import { assert, equal } from "../harness/checks.mjs";

export const settings = "brief";
export const title = "apps";

const APPS = path.join(HERE, "apps");
const LOCAL = { [oauth.allowInsecureRequests]: true };
const JWTS_LIVE = 8_000;
const python = (...args) => [PYTHON, args];
const node = (file) => [process.execPath, [path.join(APPS, file)]];

const RECIPES = [
  { name: "Express in ten lines", page: "javascript", start: () => node("express_check.mjs") },
  { name: "Express", page: "javascript", started: "node express.mjs", start: () => node("express.mjs") },
  { name: "Hono", page: "javascript", start: () => node("hono.mjs"), jwt: true },
  {
    name: "FastAPI",
    page: "python",
    started: "uvicorn fastapi_app:app --port 8090",
    start: (port) => python("-m", "uvicorn", "fastapi_app:app", "--port", String(port)),
  },
  {
    name: "FastAPI in ten lines",
    page: "python",
    start: (port) => python("-m", "uvicorn", "fastapi_check:app", "--port", String(port)),
  },
  { name: "FastAPI with JWTs", page: "python", start: (port) => python("-m", "uvicorn", "fastapi_jwt:app", "--port", String(port)), jwt: true },
  { name: "nginx", page: "javascript", start: nginx },
  { name: "MCP SDK", page: "javascript", start: () => node("mcp.mjs"), mcp: true },
  { name: "FastMCP", page: "python", start: () => python(path.join(APPS, "fastmcp_app.py")), mcp: true },
];

export async function run(surroundings) {
  for (const recipe of RECIPES) {
    await surroundings.suite(recipe.name, async (tools) => {
      const app = await App.start(surroundings.server, recipe);
      try {
        await (recipe.mcp ? withMcp(app, tools) : withRequests(app, tools));
        await withoutAndAfter(app, tools, recipe);
        if (recipe.name === "nginx") await withForgeries(app, tools);
        if (recipe.started) await asThePageSays(app, tools, recipe);
      } finally {
        await app.stop();
      }
    });
  }
}

/** An app that is protected, and the service that comes to it. */
class App {
  static async start(server, { name, page, start, jwt }) {
    const app = new App();
    const port = await freePort();
    const id = `notes-${port}`;
    app.server = server;
    app.resource = `http://localhost:${port}/notes`;
    const socket = path.join(server.directory, "data", "lanyard.db.sock");
    const added = await lanyard(registration(page, { resource: app.resource, id, socket }));
    if (jwt) await lanyard(["resource", "access-tokens", id, "ES256", "--socket", socket]);
    app.env = { ISSUER: server.issuer, RESOURCE: app.resource, CLIENT_ID: id, CLIENT_SECRET: added.client_secret, PORT: String(port) };
    const [command, args] = await start(port, app);
    app.process = spawn(command, args, { cwd: APPS, env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", ...app.env }, stdio: ["ignore", "pipe", "pipe"] });
    const log = createWriteStream(path.join(WORK, `app-${name.replace(/\W+/g, "-")}.log`));
    for (const stream of [app.process.stdout, app.process.stderr]) stream.pipe(log, { end: false });
    process.once("exit", () => app.process.kill("SIGKILL"));
    await within(30_000, `${name} listens`, app.#listens(port));
    app.project = server.project("apollo").id;
    return app;
  }

  async #listens(port) {
    while (this.process.exitCode === null) {
      const answered = await fetch(`http://127.0.0.1:${port}/.well-known/oauth-protected-resource/notes`).then((answer) => answer.ok, () => false);
      if (answered) return;
      await sleep(100);
    }
    throw new Error(`it ended with ${this.process.exitCode}`);
  }

  /** A token of the service for this app, or for another resource. */
  async token(resource = this.resource) {
    const answer = await this.#post("/token", { grant_type: "client_credentials", resource });
    const body = await answer.json();
    equal(answer.status, 200, `the token endpoint (${body.error_description ?? ""})`);
    return body.access_token;
  }

  async revoke(token) {
    equal((await this.#post("/revoke", { token })).status, 200, "the revocation");
  }

  #post(where, fields) {
    const { client_secret: secret } = this.server.client("demo-service");
    const authorization = `Basic ${Buffer.from(`demo-service:${secret}`).toString("base64")}`;
    return fetch(`${this.server.issuer}${where}`, { method: "POST", headers: { authorization }, body: new URLSearchParams(fields) });
  }

  request(token, { method = "GET", project = this.project, headers = {} } = {}) {
    const authorization = token ? { authorization: `Bearer ${token}` } : {};
    return fetch(`${this.resource}/${project}`, { method, headers: { ...authorization, ...headers } });
  }

  async stop() {
    this.behind?.close();
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGTERM");
    await within(5_000, "the app on SIGTERM", ended).catch(() => this.process.kill("SIGKILL"));
  }
}

async function lanyard(args) {
  const { stdout } = await promisify(execFile)(BINARY, [...args, "--json"]);
  return JSON.parse(stdout);
}

/** The lines of a page that begin like this, as words. */
function commands(page, beginning) {
  const text = readFileSync(path.join(ROOT, "docs", "protect", `${page}.md`), "utf8");
  const lines = [...text.matchAll(new RegExp(`^${beginning}(?:[^\\n]*\\\\\\n)*[^\\n]*$`, "gm"))].map(([line]) => line);
  assert(lines.length > 0, `docs/protect/${page}.md does not say “${beginning}”`);
  return lines.map((line) => line.replaceAll("\\\n", " ").match(/"[^"]*"|\S+/g).map((word) => word.replaceAll('"', "")));
}

/** The command of the page that registers the app, with this run's names in it. */
function registration(page, { resource, id, socket }) {
  const [[, ...words]] = commands(page, "lanyard resource add http:");
  const here = { "http://localhost:8090/notes": resource, "notes-api": id, ".lanyard-dev/lanyard.db.sock": socket };
  return words.map((word) => here[word] ?? word);
}

async function withRequests(app, { check }) {
  await check("a good token reads its project", async () => {
    const answer = await app.request(await app.token());
    equal([answer.status, (await answer.text()).includes(app.project)], [200, true], "answer");
  });
  await check("another project is not there", async () => {
    equal((await app.request(await app.token(), { project: app.server.project("gemini").id })).status, 404, "status");
  });
  await check("a read-only grant cannot write", async () => {
    const token = await app.token();
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      const answer = await app.request(token, { method });
      equal([answer.status, challenge(answer).error], [403, "insufficient_scope"], method);
    }
  });
}

/** The page begins the app as it was begun here, and what it has its reader type ends with a note. */
async function asThePageSays(app, { check }, { page, started }) {
  await check("the commands of the page end with a note", async () => {
    const [begin] = commands(page, "ISSUER=");
    equal(begin.filter((word) => !/^[A-Z_]+=/.test(word)).join(" "), started, "how the app is begun");
    equal(begin.filter((word) => /^[A-Z_]+=/.test(word)).map((word) => word.split("=")[0]), ["ISSUER", "RESOURCE", "CLIENT_ID", "CLIENT_SECRET"], "settings");
    const { client_secret: secret } = app.server.client("demo-service");
    const here = { "http://localhost:8090/notes": app.resource, "http://localhost:8080": app.server.issuer, PROJECT: app.project, SECRET: secret };
    const typed = async (words) => {
      const put = (word) => Object.entries(here).reduce((text, [theirs, ours]) => text.replaceAll(theirs, ours), word);
      return (await promisify(execFile)("curl", ["--silent", ...words.slice(1).map(put)])).stdout;
    };
    const [without, forToken, withToken] = commands(page, "curl ");
    assert(/^HTTP\/1\.1 401[^]*resource_metadata=/.test(await typed(without)), "the first answer is not 401 with where to find the server");
    here.TOKEN = JSON.parse(await typed(forToken)).access_token;
    const told = await typed(withToken);
    assert(told.includes(app.project), `the last answer is “${told}”`);
  });
}

async function withMcp(app, { check }) {
  await check("a good token reads its project", async () => {
    const client = await connected(app, await app.token());
    const { tools } = await client.listTools();
    equal(tools.map(({ name }) => name).sort(), ["list_notes", "write_note"], "tools");
    const { content } = await client.callTool({ name: "list_notes", arguments: {} });
    assert(content[0].text.includes(app.project), `it said ${content[0].text}`);
    await client.close();
  });
  await check("a read-only grant cannot write", async () => {
    const client = await connected(app, await app.token());
    const { isError, content } = await client.callTool({ name: "write_note", arguments: {} });
    equal([isError, content[0].text.includes("may only read")], [true, true], "answer");
    await client.close();
  });
}

async function connected(app, token) {
  const client = new Client({ name: "conformance", version: "1" });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(app.resource), { requestInit }));
  return client;
}

/** The status of what this app is for, and its challenge. */
async function knock(app, token, mcp) {
  if (!mcp) return app.request(token);
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list", params: {} });
  const authorization = token ? { authorization: `Bearer ${token}` } : {};
  const headers = { "content-type": "application/json", accept: "application/json, text/event-stream", ...authorization };
  return fetch(app.resource, { method: "POST", headers, body });
}

async function withoutAndAfter(app, { check }, { mcp, jwt }) {
  await check("without a token it is 401, and a client finds the server from there", async () => {
    const answer = await knock(app, null, mcp);
    // The MCP SDKs name an error even so.
    equal([answer.status, mcp || challenge(answer).error === undefined], [401, true], "answer");
    const found = challenge(answer).resource_metadata;
    equal(new URL(found).pathname, "/.well-known/oauth-protected-resource/notes", "resource_metadata");
    const metadata = await oauth.resourceDiscoveryRequest(new URL(app.resource), LOCAL);
    const { authorization_servers: servers } = await oauth.processResourceDiscoveryResponse(new URL(app.resource), metadata);
    equal(servers.map((server) => server.replace(/\/$/, "")), [app.server.issuer], "authorization_servers");
  });
  await check("garbage and a token of another resource are 401", async () => {
    const token = await app.token();
    const foreign = await app.token(app.server.mcpUrl);
    for (const bad of ["nonsense", "lyd_at_nonsense", `${token}x`, foreign]) {
      const answer = await knock(app, bad, mcp);
      equal([answer.status, challenge(answer).error], [401, "invalid_token"], "answer");
    }
  });
  const title = jwt ? "a revoked JWT is refused when its time is over" : "a revoked token is refused at once";
  await check(title, async () => {
    const token = await app.token();
    equal((await knock(app, token, mcp)).status, 200, "before");
    await app.revoke(token);
    // Whoever does not ask hears of it when the token ends, and five seconds are allowed for clocks that differ.
    if (jwt) await sleep(JWTS_LIVE + 6_000);
    equal((await knock(app, token, mcp)).status, 401, "after");
  });
}

/** nginx, with the file that the document shows and this run's addresses, before an app that says which headers it got. */
async function nginx(port, app) {
  const [behind, directory] = [await freePort(), scratchDirectory("nginx")];
  app.behind = http.createServer((request, response) => {
    const { "lanyard-project": project } = request.headers;
    const known = request.url.endsWith(`/${project}`);
    response.writeHead(known ? 200 : 404, { "content-type": "application/json" }).end(JSON.stringify(request.headers));
  });
  await new Promise((resolve) => app.behind.listen(behind, "127.0.0.1", resolve));
  const { host } = new URL(app.server.issuer);
  const credentials = Buffer.from(`${app.env.CLIENT_ID}:${app.env.CLIENT_SECRET}`).toString("base64");
  const here = [
    ["127.0.0.1:8090", `127.0.0.1:${port}`],
    ["127.0.0.1:8091", `127.0.0.1:${behind}`],
    ["https://app.example.com/notes", app.resource],
    ["Host id.example.com", `Host ${host}`],
    ["https://id.example.com", app.server.issuer],
    ["bm90ZXMtYXBpOlNFQ1JFVA==", credentials],
  ];
  const shown = readFileSync(path.join(APPS, "nginx.conf"), "utf8");
  const site = here.reduce((text, [theirs, ours]) => {
    assert(text.includes(theirs), `nginx.conf does not say ${theirs}`);
    return text.replaceAll(theirs, ours);
  }, shown);
  mkdirSync(path.join(directory, "tmp"));
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path tmp/${kind};`).join(" ");
  const whole = `daemon off; pid nginx.pid; error_log stderr warn; events {} http { access_log off; ${temporary}\n${site}}\n`;
  writeFileSync(path.join(directory, "nginx.conf"), whole, { mode: 0o600 });
  const binary = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"].find(existsSync);
  assert(binary, "nginx is missing; conformance/setup installs it");
  return [binary, ["-p", directory, "-c", "nginx.conf", "-e", "stderr"]];
}

async function withForgeries(app, { check }) {
  await check("what the caller writes into the grant's headers does not arrive, nor does the token", async () => {
    const names = ["subject", "client", "organization", "project", "scope", "access", "grant", "key"];
    const forged = Object.fromEntries(names.map((name) => [`Lanyard-${name}`, "forged"]));
    const token = await app.token();
    const answer = await app.request(token, { headers: { ...forged, "Lanyard-Authorization": "Bearer forged", "Lanyard-Method": "GET" } });
    const arrived = await answer.json();
    equal([answer.status, arrived["lanyard-project"], arrived["lanyard-client"]], [200, app.project, "demo-service"], "grant");
    assert(!JSON.stringify(arrived).includes("forged\"") || arrived["lanyard-authorization"] === "Bearer forged", "a forged header arrived");
    for (const name of names) assert(arrived[`lanyard-${name}`] !== "forged", `Lanyard-${name} was forged`);
    equal([arrived.authorization, JSON.stringify(arrived).includes(token)], [undefined, false], "the token");
  });
  await check("another method cannot be pretended, in either direction", async () => {
    const token = await app.token();
    equal((await app.request(token, { method: "POST", headers: { "Lanyard-Method": "GET" } })).status, 403, "a write that says GET");
    equal((await app.request(token, { headers: { "X-HTTP-Method-Override": "DELETE" } })).status, 403, "a read that means DELETE");
  });
  await check("the question itself cannot be asked from outside", async () => {
    equal((await fetch(`${new URL(app.resource).origin}/lanyard-check`)).status, 404, "status");
  });
}

/** The parts of a Bearer challenge. */
function challenge(answer) {
  const text = answer.headers.get("www-authenticate") ?? "";
  assert(/^Bearer\b/.test(text), `the challenge is “${text}”`);
  return Object.fromEntries([...text.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
}
