// The MCP SDKs as assistants use them: discovery, registration, consent in a browser, tools, refreshes, a shared store, the way out.
import { readFileSync } from "node:fs";
import path from "node:path";
import { HERE, PYTHON, freePort, scratchDirectory, sleep } from "../harness/places.mjs";
import { assert, equal, refusal } from "../harness/checks.mjs";
import { Program } from "../harness/program.mjs";
import { Person } from "../harness/person.mjs";

/** Access tokens live for seconds here, so that their expiry is waited for and not imitated. */
export const settings = "brief";
export const title = "mcp-clients";

const READING = { tool: "list_issues", arguments: {} };
const WRITING = { tool: "create_issue", arguments: { title: "Written by a read-only connection", body: "This must never be stored." } };
const PARALLEL = 10;

const node = (file) => [process.execPath, [path.join(HERE, "clients", file)]];
const python = [PYTHON, [path.join(HERE, "clients", "python.py")]];

export const CLIENTS = [
  { name: "TypeScript SDK v1", command: node("typescript-v1.mjs"), role: "member", host: "127.0.0.1" },
  { name: "TypeScript SDK v2", command: node("typescript-v2.mjs"), role: "admin", host: "localhost" },
  { name: "TypeScript SDK v2 stateless", command: node("typescript-v2.mjs"), env: { LANYARD_MCP_ERA: "modern" }, role: "admin", host: "127.0.0.1" },
  { name: "Python SDK", command: python, role: "owner", host: "127.0.0.1" },
  { name: "Python SDK handshake", command: python, options: { mode: "legacy" }, role: "owner", host: "localhost" },
];

export async function run({ server, browser, suite }) {
  // Side by side: most of the time each of them waits for a token to expire.
  await Promise.all(CLIENTS.map((client) => suite(client.name, (tools) => runClient({ ...tools, server, browser, client }))));
}

async function runClient({ server, browser, client, check, need }) {
  const person = await Person.arrive(browser, server.person(client.role));
  const store = path.join(scratchDirectory("store"), "tokens.json");
  const redirectUri = `http://${client.host}:${await freePort()}/callback`;
  const start = () => assistant(client, { url: server.mcpUrl, store, redirectUri, name: client.name });
  const stored = () => JSON.parse(readFileSync(store, "utf8"));
  const first = start();
  const programs = [first];
  const { visits, answer } = person.attend({ project: "apollo" });
  first.on("authorize", ({ url }) => answer(url));
  try {
    await connects({ first, visits, check, need, client });
    await reads({ server, first, check });
    await isRefusedToWrite({ first, check, stored, server });
    await refreshes({ first, check, stored });
    await sharesItsStore({ first, start, programs, check, stored });
    await isDisconnected({ server, first, person, check, stored, client });
  } finally {
    await Promise.all(programs.map((program) => program.end()));
    await person.leave();
  }
}

export function assistant(client, options) {
  const [command, args] = client.command;
  return new Program(client.name, command, [...args, JSON.stringify({ ...options, ...client.options })], client.env);
}

async function connects({ first, visits, check, need, client }) {
  await need("connects through discovery, registration, PKCE and consent", async () => {
    await first.ask("connect");
    equal(first.authorizations.length, 1, "sign-ins");
  });
  await check("the consent page says who asks, that it is not verified, and what it can and cannot do", async () => {
    const { consent, signedIn, parameters } = await visits[0];
    assert(signedIn, "nobody had to sign in");
    for (const word of [client.name, "Apollo", "not verified", "cannot"]) assert(consent.includes(word), `“${word}” is not on the page:\n${consent}`);
    assert(parameters.get("iss"), "the answer carries no iss");
  });
  await check("asks for PKCE by S256 and names the resource", () => {
    const { searchParams } = new URL(first.authorizations[0]);
    equal(searchParams.get("code_challenge_method"), "S256", "code_challenge_method");
    assert(searchParams.get("resource"), "no resource in the request");
  });
}

async function reads({ first, check }) {
  await check("lists the tools", async () => {
    const names = (await first.ask("tools")).map(({ name }) => name);
    assert(names.includes(READING.tool), `no ${READING.tool} among ${names}`);
  });
  await check("reads the chosen project", async () => {
    const text = await first.ask("call", READING);
    assert(text.includes("Apollo") && !text.includes("Gemini"), `it read ${text.slice(0, 200)}`);
  });
}

async function isRefusedToWrite({ first, check, stored }) {
  await check("is refused the writing tool, whatever it asks for", async () => {
    await refusal(() => first.ask("call", WRITING), WRITING.tool);
    const text = await first.ask("call", READING);
    assert(!text.includes(WRITING.arguments.title), "the refused issue was stored");
    assert(!(stored().tokens.scope ?? "").includes(":write"), `it holds ${stored().tokens.scope}`);
  });
}

async function refreshes({ first, check, stored }) {
  await check("refreshes when its access token has expired, and nobody signs in again", async () => {
    const before = stored();
    const signIns = first.authorizations.length;
    await expiry(stored);
    await first.ask("call", READING);
    assert(stored().tokens.access_token !== before.tokens.access_token, "the access token is still the old one");
    assert(stored().tokens.refresh_token !== before.tokens.refresh_token, "the refresh token was not rotated");
    equal(first.authorizations.length, signIns, "sign-ins");
  });
  await check(`${PARALLEL} parallel calls at the access token's expiry all succeed, and nobody signs in again`, async () => {
    const signIns = first.authorizations.length;
    await expiry(stored);
    const answers = await first.ask("parallel", { count: PARALLEL, ...READING });
    equal(answers.filter(({ text }) => text.length > 0).length, PARALLEL, "answers");
    equal(first.authorizations.length, signIns, "sign-ins");
    await first.ask("call", READING);
  });
}

async function sharesItsStore({ first, start, programs, check, stored }) {
  await check("two processes share one store through three expiries, and nobody signs in again", async () => {
    const signIns = first.authorizations.length;
    await expiry(stored);
    await first.ask("call", READING);
    const second = start();
    programs.push(second);
    await second.ask("signIn", { allowed: false });
    await second.ask("connect");
    for (let round = 0; round < 3; round += 1) {
      // Both know when their token ends to within a second, since expires_in is in whole ones.
      const at = stored().expires_at + 1_500;
      const both = [first, second].map((program) => program.ask("parallel", { count: PARALLEL / 2, at, ...READING }));
      equal((await Promise.all(both)).flat().length, PARALLEL, `answers in round ${round + 1}`);
    }
    equal(first.authorizations.length, signIns, "sign-ins of the first");
    await second.ask("close").catch(() => {});
    await second.end();
  });
}

async function isDisconnected({ server, first, person, check, stored, client }) {
  await check("sees the Disconnect button at once", async () => {
    await first.ask("call", READING);
    const { access_token: token } = stored().tokens;
    equal(await withToken(server, token), 200, "before");
    await first.ask("signIn", { allowed: false });
    assert((await person.disconnect(server.issuer, client.name)) > 0, "there is no button to disconnect it");
    equal(await withToken(server, token), 401, "the next request");
    await refusal(() => first.ask("call", READING), "a call after that");
  });
  await check("connects again when its person wants it to", async () => {
    await first.ask("close").catch(() => {});
    await first.ask("signIn", { allowed: true });
    const signIns = first.authorizations.length;
    await first.ask("connect");
    assert(first.authorizations.length > signIns, "nobody was asked");
    await first.ask("call", READING);
  });
}

/** Waits until the stored access token has expired. */
async function expiry(stored) {
  await sleep(Math.max(0, stored().expires_at - Date.now()) + 1_000);
}

/** The status that the MCP server answers to this access token, asked without any SDK. */
export async function withToken(server, token) {
  const initialize = { jsonrpc: "2.0", id: 1, method: "initialize", params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "probe", version: "1" } } };
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json", accept: "application/json, text/event-stream" };
  const answer = await fetch(server.mcpUrl, { method: "POST", headers, body: JSON.stringify(initialize) });
  await answer.body?.cancel();
  return answer.status;
}
