// Where things are, and which ports are free. Owns paths and ports; starts nothing.
import net from "node:net";
import path from "node:path";
import os from "node:os";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const HERE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
export const ROOT = path.resolve(HERE, "..");
export const TARGET = path.resolve(ROOT, process.env.CARGO_TARGET_DIR ?? "target");
/** What was installed, and the logs that a run leaves behind. */
export const WORK = path.join(TARGET, "conformance");
export const PAGES = path.join(TARGET, "pages");
export const BINARY = process.env.LANYARD_BINARY ?? path.join(TARGET, "release", "lanyard");
/** The example desktop program. */
export const DESKTOP = process.env.LANYARD_DESKTOP ?? path.join(path.dirname(BINARY), "examples", "desktop");
export const PYTHON = path.join(WORK, "python", "bin", "python");
export const CHROMIUM = process.env.CHROMIUM ?? firstThatExists(["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]);

mkdirSync(WORK, { recursive: true });

let scratch;

/** A new directory that is gone when this run is. */
export function scratchDirectory(name) {
  if (!scratch) {
    scratch = mkdtempSync(path.join(os.tmpdir(), "lanyard-conformance-"));
    process.once("exit", () => rmSync(scratch, { recursive: true, force: true, maxRetries: 3 }));
  }
  return mkdtempSync(path.join(scratch, `${name}-`));
}

function firstThatExists(candidates) {
  return candidates.find(existsSync) ?? candidates[0];
}

/** A free port on loopback; with `count` > 1 the first of so many in a row. */
export async function freePort(count = 1) {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const first = await anyPort();
    const rest = Array.from({ length: count - 1 }, (_, i) => first + 1 + i);
    const free = await Promise.all(rest.map(isFree));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`no ${count} free ports in a row on loopback`);
}

function anyPort() {
  return new Promise((resolve, reject) => {
    const listener = net.createServer();
    listener.once("error", reject);
    listener.listen(0, "127.0.0.1", () => {
      const { port } = listener.address();
      listener.close(() => resolve(port));
    });
  });
}

function isFree(port) {
  return new Promise((resolve) => {
    const listener = net.createServer();
    listener.once("error", () => resolve(false));
    listener.listen(port, "127.0.0.1", () => listener.close(() => resolve(true)));
  });
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Rejects with `what` when `promise` takes longer than `ms`. */
export async function within(ms, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing after ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
