// mcp-remote: an MCP client that speaks only standard input and output, brought to the server by a proxy that does the OAuth.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import readline from "node:readline";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { HERE, freePort, scratchDirectory, sleep, within } from "../harness/places.mjs";
import { assert, equal, refusal } from "../harness/checks.mjs";
import { Person } from "../harness/person.mjs";

/** It refreshes a minute before expiry, so tokens that live for seconds would have it refresh without end. */
export const settings = "usual";
export const title = "mcp-remote";

const NAME = "MCP CLI Proxy";
const WRITING = { name: "create_issue", arguments: { title: "Written through a proxy", body: "This must never be stored." } };

export async function run({ server, browser, check, need }) {
  const person = await Person.arrive(browser, server.person("member"));
  const directory = scratchDirectory("mcp-remote");
  const port = await freePort();
  const first = new Proxy(server, directory, port);
  const proxies = [first];
  try {
    const visits = first.attendedBy(person);
    await need("connects through the proxy, consent given in the browser", async () => {
      await first.connect();
      equal(visits.length, 1, "sign-ins");
      assert((await visits[0]).consent, "no consent page was shown");
    });
    await check("lists the tools and reads", async () => {
      const { tools } = await first.client.listTools();
      assert(tools.some(({ name }) => name === "list_issues"), `only ${tools.map(({ name }) => name)}`);
      assert((await read(first)).includes("Apollo"), "it did not read the chosen project");
    });
    await check("is refused the writing tool", async () => {
      await refusal(() => first.write(), WRITING.name);
      assert(!(await read(first)).includes(WRITING.arguments.title), "the refused issue was stored");
    });
    await check("refreshes its token, and nobody signs in again", async () => {
      const signIns = first.authorizations.length;
      const before = tokens(directory);
      age(directory);
      await read(first);
      assert(tokens(directory).access_token !== before.access_token, "the access token is still the old one");
      equal(first.authorizations.length, signIns, "sign-ins");
    });
    await check("a second proxy shares its store, and nobody signs in again", async () => {
      const second = new Proxy(server, directory, port);
      proxies.push(second);
      await second.connect();
      await Promise.all([read(first), read(second)]);
      age(directory);
      await Promise.all([read(first), read(second), read(first), read(second)]);
      equal(second.authorizations.length, 0, "sign-ins");
      await second.client.close();
    });
    await check("sees the Disconnect button at once", async () => {
      const signIns = first.authorizations.length;
      first.leaveAlone();
      assert((await person.disconnect(server.issuer, NAME)) > 0, "there is no button to disconnect it");
      const call = read(first).then(() => "read", () => "refused");
      const outcome = await Promise.race([call, first.asked(signIns), sleep(30_000).then(() => "nothing")]);
      assert(outcome === "refused" || outcome === "asked to sign in", `the next call: ${outcome}`);
    });
  } finally {
    await Promise.all(proxies.map((proxy) => proxy.client.close().catch(() => {})));
    await person.leave();
  }
}

/** One proxy process and the client at its standard input. */
class Proxy {
  constructor(server, directory, port) {
    const entry = path.join(HERE, "node_modules/mcp-remote/dist/proxy.js");
    this.authorizations = [];
    this.client = new Client({ name: "Conformance", version: "1.0.0" });
    this.transport = new StdioClientTransport({
      command: process.execPath,
      args: [entry, server.mcpUrl, String(port), "--transport", "http-only"],
      // The person of this run has their own browser; the proxy need not open one.
      env: { PATH: process.env.PATH, HOME: directory, MCP_REMOTE_CONFIG_DIR: directory, BROWSER: "/bin/true" },
      stderr: "pipe",
    });
    readline.createInterface({ input: this.transport.stderr }).on("line", (line) => {
      const url = line.trim();
      if (!url.startsWith(`${server.issuer}/authorize?`)) return;
      this.authorizations.push(url);
      this.onAuthorize?.(url);
    });
  }

  attendedBy(person) {
    const { visits, answer } = person.attend();
    this.onAuthorize = answer;
    return visits;
  }

  leaveAlone() {
    this.onAuthorize = undefined;
  }

  async asked(since) {
    while (this.authorizations.length === since) await sleep(100);
    return "asked to sign in";
  }

  connect() {
    return within(60_000, "mcp-remote connects", this.client.connect(this.transport));
  }

  async write() {
    const result = await this.client.callTool(WRITING);
    if (result.isError) throw new Error("the tool answered with an error");
  }
}

async function read(proxy) {
  const result = await proxy.client.callTool({ name: "list_issues", arguments: {} });
  const text = result.content.map((part) => part.text ?? "").join("\n");
  if (result.isError) throw new Error(text);
  return text;
}

function tokensFile(directory) {
  const file = readdirSync(directory, { recursive: true }).find((name) => name.endsWith("tokens.json"));
  if (!file) throw new Error("mcp-remote stored no tokens");
  return path.join(directory, file);
}

function tokens(directory) {
  return JSON.parse(readFileSync(tokensFile(directory), "utf8"));
}

/** Makes the proxy believe that its access token has just expired, as it will be after a while. */
function age(directory) {
  writeFileSync(tokensFile(directory), JSON.stringify({ ...tokens(directory), expires_at: Date.now() - 1000 }));
}
