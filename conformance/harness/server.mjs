// One `lanyard dev` in a directory of its own. Owns its process; knows nothing of the suites.
import { execFile, spawn } from "node:child_process";
import { createWriteStream, existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import readline from "node:readline";
import { promisify } from "node:util";
import { BINARY, WORK, freePort, scratchDirectory, within } from "./places.mjs";

const READY = 60_000;

export class Server {
  /** `settings` are the environment overrides, such as `{ TOKENS__RETRY_WINDOW: "3s" }`. */
  static async start(name, settings = {}) {
    if (!existsSync(BINARY)) throw new Error(`${BINARY} is missing: cargo build --release`);
    const server = new Server();
    server.name = name;
    server.port = await freePort(2);
    server.directory = scratchDirectory(name);
    server.logFile = path.join(WORK, `${name}.log`);
    await server.#spawn(settings);
    return server;
  }

  async #spawn(settings) {
    const inherited = Object.entries(process.env).filter(([key]) => !key.startsWith("LANYARD__"));
    const overrides = Object.entries(settings).map(([key, value]) => [`LANYARD__${key}`, value]);
    const log = createWriteStream(this.logFile);
    this.process = spawn(BINARY, ["dev", "--json", "--port", String(this.port), "--data", path.join(this.directory, "data")], {
      cwd: this.directory,
      env: Object.fromEntries([...inherited, ...overrides]),
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.process.stderr.pipe(log);
    // Whatever ends this run, no server outlives it.
    process.once("exit", () => this.process.kill("SIGKILL"));
    const exited = new Promise((_, reject) => {
      this.process.once("error", reject);
      this.process.once("exit", (code) => reject(new Error(`lanyard dev ended with ${code} before it was ready; see ${this.logFile}`)));
    });
    exited.catch(() => {});
    const lines = readline.createInterface({ input: this.process.stdout });
    const first = new Promise((resolve) => lines.once("line", resolve));
    const line = await within(READY, "lanyard dev --json", Promise.race([first, exited]));
    this.seed = JSON.parse(line);
    this.issuer = this.seed.issuer;
    this.mcpUrl = this.seed.mcp_url;
  }

  /** The seeded person with this role. */
  person(role) {
    return found(this.seed.people, (each) => each.role === role, `a person with role ${role}`);
  }

  project(slug) {
    return found(this.seed.projects, (each) => each.slug === slug, `a project ${slug}`);
  }

  client(id) {
    return found(this.seed.clients, (each) => each.client_id === id, `a client ${id}`);
  }

  get resourceServer() {
    return found(this.seed.resource_servers, () => true, "a resource server");
  }

  /** What an operator types, on the machine of the running server; fails when the command does. */
  async command(...words) {
    const file = path.join(this.directory, "operator.toml");
    const data = path.join(this.directory, "data");
    // Only where the server keeps its things matters: that is where it listens for commands.
    const lines = ['public_url = "https://auth.example.com"', 'trusted_proxies = ["127.0.0.1"]', "[tls]", "behind_proxy = true", "[database]", `url = "sqlite:${data}/lanyard.db"`];
    writeFileSync(file, [...lines, "[keys]", `file = "${data}/keys.toml"`, ""].join("\n"));
    const environment = Object.entries(process.env).filter(([key]) => !key.startsWith("LANYARD__"));
    const options = { env: Object.fromEntries(environment), timeout: 30_000 };
    await promisify(execFile)(BINARY, [...words, "--config", file], options);
  }

  async stop() {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = new Promise((resolve) => this.process.once("exit", resolve));
      this.process.kill("SIGTERM");
      await within(15_000, "lanyard dev on SIGTERM", ended).catch(() => this.process.kill("SIGKILL"));
    }
  }
}

function found(list, test, what) {
  const item = (list ?? []).find(test);
  if (!item) throw new Error(`lanyard dev --json names no such thing: ${what}`);
  return item;
}
