// The recipes of docs/webhooks.md, as they stand there: each receives what the server sends, and nothing that somebody else does.
import { execFile, spawn } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import path from "node:path";
import readline from "node:readline";
import { promisify } from "node:util";
import { BINARY, HERE, PYTHON, ROOT, scratchDirectory, sleep, within } from "../harness/places.mjs";
import { assert, equal } from "../harness/checks.mjs";

// Loopback may be told, under an authority made for this run.
export const settings = "documents";
export const title = "webhooks";

const PATIENCE = 30_000;

/** What turns a recipe into a program that says where it listens. */
const RECIPES = {
  node: {
    language: "js",
    // Beside the conformance run's own packages, which is where it finds its library.
    file: path.join(HERE, "node_modules", ".recipe-webhooks.mjs"),
    command: process.execPath,
    listen: 'receiver.listen(0, "127.0.0.1", () => console.log(`port ${receiver.address().port}`));\n',
  },
  python: {
    language: "python",
    file: path.join(scratchDirectory("recipe"), "receiver.py"),
    command: PYTHON,
    listen: 'from http.server import HTTPServer\n\nserver = HTTPServer(("127.0.0.1", 0), Receiver)\nprint("port", server.server_address[1], flush=True)\nserver.serve_forever()\n',
  },
};

export async function run(surroundings) {
  for (const name of Object.keys(RECIPES)) await surroundings.suite(name, (tools) => recipe(RECIPES[name], { ...surroundings, ...tools }));
}

async function recipe(recipe, { server, authority, check, need }) {
  const lanyard = async (...args) => {
    const socket = path.join(server.directory, "data", "lanyard.db.sock");
    const { stdout } = await promisify(execFile)(BINARY, [...args, "--socket", socket, "--json"]);
    return JSON.parse(stdout);
  };
  const front = await Front.open(authority);
  const webhook = await need("an address is added, and its secret shown once", async () => {
    const added = await lanyard("webhook", "add", "acme", front.url, "--kind", "signing_key.rotated");
    assert(/^whsec_[A-Za-z0-9+/]{43}=$/.test(added.secret), "the secret has another form");
    assert(!JSON.stringify(await lanyard("webhook", "list", "acme")).includes(added.secret), "it is listed");
    return added;
  });
  const receiver = await Receiver.start(recipe, webhook.secret);
  front.port = receiver.port;
  try {
    await need("the recipe takes what the server sends", async () => {
      await lanyard("signing-key", "rotate");
      await receiver.says("signing_key.rotated");
      equal(await settled(() => lanyard("webhook", "deliveries", webhook.id)), ["delivered"], "deliveries");
    });
    await check("sent again, it is the same one", async () => {
      const [{ id }] = (await lanyard("webhook", "deliveries", webhook.id)).deliveries;
      const before = front.statuses.length;
      await lanyard("webhook", "resend", id);
      await until(() => front.statuses.length > before);
      equal([front.statuses.at(-1), receiver.lines.length], [204, 1], "the answer, and what the recipe did");
    });
    await check("refuses a forged, a changed, a moved and an old one", async () => {
      const [genuine] = front.requests;
      const other = `whsec_${randomBytes(32).toString("base64")}`;
      const now = Math.floor(Date.now() / 1000);
      const body = genuine.body;
      for (const [what, headers, sent] of [
        ["unsigned", { ...genuine.headers, "webhook-signature": "" }, body],
        ["by another secret", signed(other, "forged", now, body), body],
        ["changed", genuine.headers, body.replace("signing_key.rotated", "signing_key.rotate_")],
        ["under another id", { ...genuine.headers, "webhook-id": "another" }, body],
        ["ten minutes old", signed(webhook.secret, "old", now - 600, body), body],
        ["of a later time", { ...genuine.headers, "webhook-timestamp": String(now + 1) }, body],
      ]) equal(await send(receiver.port, headers, sent), 400, what);
      equal(receiver.lines.length, 1, "what the recipe did");
    });
    await check("takes both secrets while they overlap", async () => {
      const { secret } = await lanyard("webhook", "new-secret", webhook.id);
      await lanyard("signing-key", "rotate");
      await until(() => receiver.lines.length === 2);
      assert(front.requests.at(-1).headers["webhook-signature"].split(" ").length === 2, "there is one signature");
      assert(secret !== webhook.secret, "it is the same secret");
    });
  } finally {
    receiver.end();
    front.close();
    await lanyard("webhook", "remove", webhook.id);
  }
}

/** TLS before a recipe, which hands on every byte and remembers it. */
class Front {
  static async open({ key, cert }) {
    const front = new Front();
    Object.assign(front, { requests: [], statuses: [], port: 0 });
    front.server = https.createServer({ key, cert }, async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks).toString("utf8");
      const { host, connection, ...headers } = request.headers;
      front.requests.push({ headers, body });
      const status = await send(front.port, headers, body);
      front.statuses.push(status);
      response.writeHead(status).end();
    });
    await new Promise((resolve) => front.server.listen(0, "127.0.0.1", resolve));
    front.url = `https://localhost:${front.server.address().port}/lanyard`;
    return front;
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** A recipe, running. */
class Receiver {
  static async start({ language, file, command, listen }, secret) {
    const receiver = new Receiver();
    receiver.lines = [];
    const text = readFileSync(path.join(ROOT, "docs", "webhooks.md"), "utf8");
    const code = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(text)?.[1];
    assert(code, `docs/webhooks.md has no recipe in ${language}`);
    writeFileSync(file, `${code}\n${listen}`);
    receiver.process = spawn(command, [file], { env: { ...process.env, WEBHOOK_SECRET: secret }, stdio: ["ignore", "pipe", "ignore"] });
    const port = new Promise((resolve) => {
      readline.createInterface({ input: receiver.process.stdout }).on("line", (line) => {
        const said = /^port (\d+)$/.exec(line);
        if (said) resolve(Number(said[1]));
        else receiver.lines.push(line);
      });
    });
    receiver.port = await within(PATIENCE, "the recipe listens", port);
    return receiver;
  }

  says = (words) => until(() => this.lines.some((line) => line.includes(words)));

  end() {
    this.process.kill("SIGKILL");
  }
}

async function until(is) {
  const end = Date.now() + PATIENCE;
  while (!(await is())) {
    assert(Date.now() < end, "it did not happen in time");
    await sleep(50);
  }
}

/** What became of the deliveries, once none waits. */
async function settled(list) {
  let all;
  await until(async () => {
    all = (await list()).deliveries;
    return all.length > 0 && all.every((each) => each.delivered_at || each.given_up_at);
  });
  return all.map((each) => (each.delivered_at ? "delivered" : "given up"));
}

function signed(secret, id, timestamp, body) {
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return { "content-type": "application/json", "webhook-id": id, "webhook-timestamp": String(timestamp), "webhook-signature": `v1,${signature}` };
}

function send(port, headers, body) {
  return new Promise((resolve, reject) => {
    const { "content-length": _, ...rest } = headers;
    const request = http.request({ host: "127.0.0.1", port, method: "POST", path: "/", headers: { ...rest, "content-length": Buffer.byteLength(body) } }, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode));
    });
    request.once("error", reject);
    request.end(body);
  });
}
