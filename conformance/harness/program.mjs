// A client in a process of its own, spoken to in lines of JSON. Owns the process; the client decides what a command means.
//
// To the client:   {"id": 1, "do": "call", …}
// From the client: {"id": 1, "ok": true, "value": …} or {"id": 1, "ok": false, "error": {"name", "message"}}
//                  {"event": "authorize", "url": …} whenever it wants its person in a browser
import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import path from "node:path";
import readline from "node:readline";
import { EventEmitter } from "node:events";
import { WORK, within } from "./places.mjs";

export class Program extends EventEmitter {
  constructor(name, command, args, env = {}) {
    super();
    this.name = name;
    /** Every URL to which this client has wanted to send its person. */
    this.authorizations = [];
    this.#waiting = new Map();
    this.process = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
    this.process.stderr.pipe(createWriteStream(path.join(WORK, `${name.replace(/\W+/g, "-")}.log`), { flags: "a" }));
    this.process.stdin.on("error", () => {});
    this.process.once("exit", (code) => this.#gone(new Error(`${name} ended with ${code}`)));
    this.process.once("error", (error) => this.#gone(error));
    readline.createInterface({ input: this.process.stdout }).on("line", (line) => this.#hear(line));
  }

  #waiting;
  #next = 1;

  #hear(line) {
    let message;
    try {
      message = JSON.parse(line);
    } catch {
      return;
    }
    if (message.event === "authorize") this.authorizations.push(message.url);
    if (message.event) return void this.emit(message.event, message);
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.ok) waiting?.resolve(message.value);
    else waiting?.reject(Object.assign(new Error(message.error?.message), { name: message.error?.name ?? "Error", status: message.error?.status }));
  }

  #gone(error) {
    this.ended = error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  ask(what, parameters = {}, limit = 60_000) {
    if (this.ended) return Promise.reject(this.ended);
    const id = this.#next++;
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.process.stdin.write(`${JSON.stringify({ id, do: what, ...parameters })}\n`);
    return within(limit, `${this.name} ${what}`, answer);
  }

  async end() {
    if (this.ended) return;
    const gone = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.stdin.end();
    await within(5_000, this.name, gone).catch(() => this.process.kill("SIGKILL"));
  }
}
