// `lanyard try …` as a person runs it: it prints an address, they open it in their browser and decide, and it tells what came of it.
import { spawn } from "node:child_process";
import path from "node:path";
import readline from "node:readline";
import { BINARY, freePort, within } from "../harness/places.mjs";
import { assert, equal } from "../harness/checks.mjs";
import { Person } from "../harness/person.mjs";

export const settings = "usual";
export const title = "try";

const PATIENCE = 60_000;
/** Whatever a trial prints, a secret stands there by its ends alone. */
const WHOLE_SECRET = /\blyd_[a-z]+_[A-Za-z0-9_-]{12,}|\beyJ[A-Za-z0-9_-]{12,}/;

/** What each flow does, in the order in which it says so. */
const TRIALS = {
  mcp: ["with no token", "← 401", "RFC 9728", "Register", "← 201", "Send the person", "→ GET .*/callback", "Redeem the code", "access_token=lyd_at_\\w{3}…\\w{3}", "tools/list", "tools/call", "← 403", "✓ Connected to read one project"],
  code: ["RFC 8414", "Send the person", "Redeem the code", "RFC 7662", "active=true", "access=read", "✓ Connected"],
  refresh: ["Redeem the code", "Refresh:", "The same refresh again", "The same tokens came back", "active=true", "✓ Refreshed"],
  rp: ["openid-configuration", "Send the person", "Redeem the code", "verify the ID token", "nonce are right", "Ask who that is", "✓ Signed in as member@example.com"],
};

export async function run(surroundings) {
  for (const name of Object.keys(TRIALS)) await surroundings.suite(name, (tools) => allowed(name, { ...surroundings, ...tools }));
  await surroundings.suite("device", (tools) => device({ ...surroundings, ...tools }));
  await surroundings.suite("endings", (tools) => endings({ ...surroundings, ...tools }));
}

async function allowed(name, { server, browser, relyingPartyPort, check, need }) {
  const person = await Person.arrive(browser, server.person("member"));
  const trial = new Trial(name, server, relyingPartyPort);
  try {
    const visit = await need("prints the address, and consent is given in the browser", async () => person.answer(await trial.address()));
    await need("ends well", async () => equal([await trial.code(), trial.said("err")], [0, ""], "exit code and standard error"));
    await check("explains each step, in order", async () => {
      equal(trial.steps(), trial.steps().map((_, index) => index + 1), "the steps' numbers");
      assert(trial.steps().length >= 4, `only ${trial.steps().length} steps`);
      inOrder(trial.said("out"), TRIALS[name]);
    });
    await check("shows no secret whole", async () => {
      const found = WHOLE_SECRET.exec(trial.said("out"));
      assert(!found, `it printed ${found?.[0].slice(0, 10)}…`);
      assert(!trial.said("out").includes(visit.parameters.get("code")), "it printed the code");
    });
    if (name === "mcp") {
      await check("what it connected stands under Connections, and ends there", async () => {
        equal(await person.disconnect(server.issuer, "lanyard try"), 1, "connections");
      });
    }
  } finally {
    trial.end();
    await person.leave();
  }
}

/** The code is typed in a browser that the program knows nothing of. */
async function device({ server, browser, relyingPartyPort, check, need }) {
  const person = await Person.arrive(browser, server.person("member"));
  const trial = new Trial("device", server, relyingPartyPort);
  try {
    await need("prints address and code, and is let in from the browser", async () => person.letIn(await trial.address(), {}));
    await need("ends well", async () => equal([await trial.code(), trial.said("err")], [0, ""], "exit code and standard error"));
    await check("explains each step, in order, with a picture of the address and no secret whole", async () => {
      inOrder(trial.said("out"), ["Ask for two codes", "user_code=", "and type this code", "[█▀▄]{5}", "authorization_pending|← 200", "access_token=lyd_at_\\w{3}…\\w{3}", "RFC 7662", "active=true", "access=read", "✓ Let in"]);
      assert(!WHOLE_SECRET.exec(trial.said("out")), "it printed a secret");
    });
  } finally {
    trial.end();
    await person.leave();
  }
}

async function endings({ server, browser, relyingPartyPort, check }) {
  await check("a person who does not allow it: exit code 1, and why", async () => {
    const person = await Person.arrive(browser, server.person("member"));
    const trial = new Trial("mcp", server, relyingPartyPort);
    await person.answer(await trial.address(), { decision: "deny" });
    equal(await trial.code(), 1, "exit code");
    assert(trial.said("err").includes("access_denied"), trial.said("err"));
    await person.leave();
  });
  await check("nobody there: exit code 1, and what to do", async () => {
    const nowhere = { issuer: `http://localhost:${await freePort()}`, directory: server.directory };
    const trial = new Trial("code", nowhere, relyingPartyPort);
    equal(await trial.code(), 1, "exit code");
    assert(trial.said("err").includes("lanyard dev"), trial.said("err"));
  });
}

/** One `lanyard try` in a process of its own. */
class Trial {
  #said = { out: [], err: [] };

  constructor(name, { issuer, directory }, relyingPartyPort) {
    const place = ["--issuer", issuer, "--data", path.join(directory, "data"), "--no-browser"];
    // The browser of this run finds localhost:3000 at this port.
    const listen = name === "rp" ? ["--callback-port", String(relyingPartyPort)] : [];
    this.issuer = issuer;
    this.process = spawn(BINARY, ["try", name, ...place, ...listen], { stdio: ["ignore", "pipe", "pipe"] });
    this.exited = new Promise((resolve, reject) => this.process.once("close", resolve).once("error", reject));
    this.asked = new Promise((resolve) => {
      readline.createInterface({ input: this.process.stdout }).on("line", (line) => {
        this.#said.out.push(line);
        if ([`${issuer}/authorize?`, `${issuer}/device?`].some((beginning) => line.trim().startsWith(beginning))) resolve(line.trim());
      });
    });
    readline.createInterface({ input: this.process.stderr }).on("line", (line) => this.#said.err.push(line));
    process.once("exit", () => this.end());
  }

  address() {
    const gone = this.exited.then((code) => Promise.reject(new Error(`it ended with ${code}: ${this.said("err")}`)));
    return within(PATIENCE, "the address to open", Promise.race([this.asked, gone]));
  }

  code() {
    return within(PATIENCE, "its end", this.exited);
  }

  said(where) {
    return this.#said[where].join("\n");
  }

  steps() {
    return this.#said.out.map((line) => /^(\d+)\. \S/.exec(line)?.[1]).filter(Boolean).map(Number);
  }

  end() {
    this.process.kill("SIGKILL");
  }
}

function inOrder(text, patterns) {
  let rest = text;
  for (const pattern of patterns) {
    const found = new RegExp(pattern).exec(rest);
    assert(found, `it does not say ${pattern} where it should:\n${rest.slice(0, 600)}`);
    rest = rest.slice(found.index + found[0].length);
  }
}
