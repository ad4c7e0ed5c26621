// The device grant: openid-client's, mcp-remote's and the example desktop program's, the person in a browser of their own; and who does not get it.
import { spawn } from "node:child_process";
import path from "node:path";
import readline from "node:readline";
import { existsSync, readFileSync, statSync } from "node:fs";
import * as openid from "openid-client";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { DESKTOP, HERE, ROOT, freePort, scratchDirectory, sleep, within } from "../harness/places.mjs";
import { assert, equal, refusal } from "../harness/checks.mjs";
import { Person } from "../harness/person.mjs";

/** A short retry window, so that a program that is killed meets all of a refresh's moments. */
export const settings = "restless";
export const title = "device";

const CLIENT = "demo-device";
const ROUNDS = 200;

export async function run(surroundings) {
  await surroundings.suite("openid-client", (tools) => withOpenidClient({ ...surroundings, ...tools }));
  await surroundings.suite("mcp-remote", (tools) => withMcpRemote({ ...surroundings, ...tools }));
  await surroundings.suite("strangers", (tools) => strangers({ ...surroundings, ...tools }));
  await surroundings.suite("page", (tools) => asThePageSays({ ...surroundings, ...tools }));
  await surroundings.suite("desktop", (tools) => withDesktop({ ...surroundings, ...tools }));
}

async function withOpenidClient({ server, browser, check, need }) {
  const account = server.person("member");
  const person = await Person.arrive(browser, account);
  const execute = [openid.allowInsecureRequests, openid.enableNonRepudiationChecks];
  const config = await need("configures itself by discovery", () => openid.discovery(new URL(server.issuer), CLIENT, undefined, openid.None(), { execute }));
  const scope = { scope: "openid email offline_access issues:read", resource: server.mcpUrl };

  let tokens;
  await need("is let in by the code, typed without its dash and in small letters", async () => {
    const codes = await openid.initiateDeviceAuthorization(config, scope);
    const polling = openid.pollDeviceAuthorizationGrant(config, codes, scope);
    const asked = await person.letIn(codes.verification_uri, { code: codes.user_code.replace("-", "").toLowerCase() });
    for (const said of ["device", codes.user_code, "Demo device", "Nobody from support"]) assert(asked.includes(said), `the page does not say ${said}`);
    tokens = await polling;
    equal(tokens.claims().aud, CLIENT, "aud");
    assert(tokens.claims().amr.includes("device"), "the ID token does not say that it came of a device code");
  });
  await check("userinfo is about the same person", async () => {
    const userinfo = await openid.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
    equal(userinfo.email, account.email, "email");
  });
  await check("refreshes", async () => {
    const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token);
    assert(refreshed.access_token, "no access token");
  });
  await check("hears access_denied when the person does not allow it, the code carried by the link", async () => {
    const codes = await openid.initiateDeviceAuthorization(config, scope);
    const polling = openid.pollDeviceAuthorizationGrant(config, codes, scope);
    polling.catch(() => {});
    await person.letIn(codes.verification_uri_complete, { decision: "deny" });
    const error = await refusal(() => polling, "a denied code");
    equal(error.error, "access_denied", "error");
  });
  await check("without JavaScript the person lets it in just as well", async () => {
    const plain = await Person.arrive(browser, account, { javaScriptEnabled: false });
    const codes = await openid.initiateDeviceAuthorization(config, scope);
    await plain.letIn(codes.verification_uri_complete, {});
    assert((await openid.pollDeviceAuthorizationGrant(config, codes, scope)).access_token, "no access token");
    await plain.leave();
  });
  await check("stands under Connections as a device, and ends by its button", async () => {
    await person.page.goto(`${server.issuer}/connections`);
    const row = await person.page.locator("li.connection", { hasText: "Demo device" }).innerText();
    assert(/Device\s+.*asked from/.test(row), `the row does not say that it is a device: ${row}`);
    assert((await person.disconnect(server.issuer, "Demo device")) > 0, "there is no button");
    const error = await refusal(() => openid.refreshTokenGrant(config, tokens.refresh_token), "the ended token");
    equal(error.error, "invalid_grant", "error");
  });
  await person.leave();
}

async function withMcpRemote({ server, browser, check, need }) {
  const person = await Person.arrive(browser, server.person("member"));
  const directory = scratchDirectory("mcp-remote-device");
  const client = new Client({ name: "Conformance", version: "1.0.0" });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [
      path.join(HERE, "node_modules/mcp-remote/dist/proxy.js"), server.mcpUrl, String(await freePort()), "--transport", "http-only",
      "--device-code", "--static-oauth-client-info", JSON.stringify({ client_id: CLIENT }),
    ],
    env: { PATH: process.env.PATH, HOME: directory, MCP_REMOTE_CONFIG_DIR: directory, BROWSER: "/bin/true" },
    stderr: "pipe",
  });
  const said = [];
  const asked = new Promise((resolve) => {
    readline.createInterface({ input: transport.stderr }).on("line", (line) => {
      said.push(line);
      const code = /\b([B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4})\b/.exec(line);
      if (code) resolve(code[1]);
    });
  });
  try {
    await need("shows a code, and connects when it is let in", async () => {
      const connecting = client.connect(transport);
      connecting.catch(() => {});
      const code = await within(60_000, `a code; it said ${said.join("\n")}`, asked);
      await person.letIn(`${server.issuer}/device`, { code });
      await within(60_000, "it connects", connecting);
    }, { limit: 150_000 });
    await check("reads the chosen project", async () => {
      const result = await client.callTool({ name: "list_issues", arguments: {} });
      assert(result.content.map((part) => part.text ?? "").join("\n").includes("Apollo"), "it did not read it");
    });
  } finally {
    await client.close().catch(() => {});
    await person.leave();
  }
}

async function strangers({ server, check }) {
  const post = (url, body, headers = {}) => fetch(url, { method: "POST", body, headers });
  await check("a client that registers itself does not get this grant, and is told so", async () => {
    const wish = { client_name: "A stranger", redirect_uris: ["http://127.0.0.1/callback"], token_endpoint_auth_method: "none", grant_types: ["authorization_code", "urn:ietf:params:oauth:grant-type:device_code"] };
    const answer = await post(`${server.issuer}/register`, JSON.stringify(wish), { "content-type": "application/json" });
    const registered = await answer.json();
    equal([answer.status, registered.grant_types], [201, ["authorization_code"]], "the answer");
    const refused = await post(`${server.issuer}/device_authorization`, new URLSearchParams({ client_id: registered.client_id, scope: "issues:read" }));
    equal([refused.status, (await refused.json()).error], [400, "unauthorized_client"], "at the endpoint");
  });
  await check("nor does one that an operator added without listing it", async () => {
    const refused = await post(`${server.issuer}/device_authorization`, new URLSearchParams({ client_id: "demo-cli", scope: "issues:read" }));
    equal((await refused.json()).error, "unauthorized_client", "error");
  });
}

/** Every command of docs/desktop.md that is not for an operator, as it stands. */
async function asThePageSays({ server, browser, need }) {
  const person = await Person.arrive(browser, server.person("admin"));
  const blocks = [...readFileSync(path.join(ROOT, "docs/desktop.md"), "utf8").matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, commands]) => commands);
  equal(blocks.length, 4, "blocks of commands");
  const cwd = scratchDirectory("page");
  const env = { PATH: process.env.PATH, ISSUER: server.issuer, CLIENT_ID: CLIENT, DESKTOP, STORE: path.join(cwd, "tokens.json") };
  const [codes, ask, signIn, use] = blocks.map((commands) => () => new Shell(commands, { cwd, env }));
  await need("asks for codes", async () => {
    const said = await codes().said();
    assert(said.includes('"user_code"'), said);
    const { verification_uri_complete: url } = JSON.parse(readFileSync(path.join(cwd, "codes.json"), "utf8"));
    assert((await ask().said()).includes("authorization_pending"), "it is not pending");
    await person.letIn(url, {});
    assert((await ask().said()).includes('"access_token"'), "no tokens came");
  });
  await need("signs the example program in, and it is who its person is", async () => {
    const running = signIn();
    const url = await within(30_000, "an address", running.line(/^or open (.*)$/));
    await person.letIn(url, {});
    assert((await running.said()).includes("signed in"), "it is not signed in");
    assert(/^used as \S+$/m.test(await use().said()), "it is nobody");
  });
  await person.leave();
}

/** Commands that a shell runs one after another; each must succeed. */
class Shell {
  constructor(commands, options) {
    this.lines = [];
    this.process = spawn("bash", ["-euo", "pipefail", "-c", commands], { ...options, stdio: ["ignore", "pipe", "pipe"] });
    for (const output of [this.process.stdout, this.process.stderr]) readline.createInterface({ input: output }).on("line", (line) => this.lines.push(line));
    this.ended = new Promise((resolve, reject) => this.process.once("close", resolve).once("error", reject));
  }

  async line(like) {
    for (;;) {
      const found = this.lines.map((line) => like.exec(line)).find(Boolean);
      if (found) return found[1];
      await sleep(50);
    }
  }

  async said() {
    equal(await within(60_000, "the commands", this.ended), 0, `exit code (${this.lines.join("\n")})`);
    return this.lines.join("\n");
  }
}

/** `cargo run -p lanyard-guard --example desktop`, killed at random moments. */
async function withDesktop({ server, browser, check, need }) {
  if (!existsSync(DESKTOP)) throw new Error(`${DESKTOP} is missing: conformance/build`);
  const person = await Person.arrive(browser, server.person("owner"));
  const store = path.join(scratchDirectory("desktop"), "tokens.json");
  const desktop = (command) => new Desktop(server, store, command);
  process.once("exit", () => Desktop.last?.kill("SIGKILL"));
  await need("signs in by the code that it shows", async () => {
    const program = desktop("sign-in");
    await person.letIn(await program.line(/^or open (.*)$/), {});
    equal(await program.code(), 0, "exit code");
    equal(statSync(store).mode & 0o777, 0o600, "who may read its tokens");
  });
  await check(`is killed at ${ROUNDS} random moments, and never has to sign in again`, async () => {
    // It refreshes and uses in turn: what it said last tells in which of the two it was killed.
    const reached = { before: 0, refreshed: 0, used: 0 };
    for (let round = 0; round < ROUNDS; round += 1) {
      const program = desktop("restless");
      await sleep(Math.random() * 350);
      program.process.kill("SIGKILL");
      await program.code();
      assert(program.process.signalCode === "SIGKILL", `round ${round}: it ended by itself: ${program.said()}`);
      reached[program.last()] += 1;
      // Sometimes at once, sometimes when the retry window is over.
      if (round % 4 === 0) await sleep(Math.random() * 700);
    }
    assert(Object.values(reached).every((count) => count > 0), `the kills did not reach every moment: ${JSON.stringify(reached)}`);
    const program = desktop("use");
    equal(await program.code(), 0, `exit code (${program.said()})`);
  }, { limit: 400_000 });
  await check("is told to sign in again once its person has disconnected it", async () => {
    assert((await person.disconnect(server.issuer, "Demo device")) > 0, "there is no button");
    const program = desktop("use");
    equal(await program.code(), 1, "exit code");
    assert(program.said().includes("sign in again"), program.said());
  });
  await person.leave();
}

class Desktop {
  #said = [];
  static last = null;

  constructor(server, store, command) {
    const env = { PATH: process.env.PATH, ISSUER: server.issuer, CLIENT_ID: CLIENT, STORE: store };
    this.process = spawn(DESKTOP, [command], { env, stdio: ["ignore", "pipe", "pipe"] });
    this.exited = new Promise((resolve, reject) => this.process.once("close", resolve).once("error", reject));
    this.waiting = [];
    for (const output of [this.process.stdout, this.process.stderr]) {
      readline.createInterface({ input: output }).on("line", (line) => {
        this.#said.push(line);
        for (const hear of this.waiting) hear(line);
      });
    }
    Desktop.last = this.process;
  }

  /** The first group of the first line that is like this. */
  line(like) {
    return within(30_000, `a line like ${like}`, new Promise((resolve) => {
      const hear = (line) => like.test(line) && resolve(like.exec(line)[1]);
      this.#said.forEach(hear);
      this.waiting.push(hear);
    }));
  }

  code() {
    return within(60_000, "its end", this.exited);
  }

  said() {
    return this.#said.join("\n");
  }

  /** What it has done last. */
  last() {
    return this.#said.map((line) => /^(refreshed|used)\b/.exec(line)?.[1]).findLast(Boolean) ?? "before";
  }
}
