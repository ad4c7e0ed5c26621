// Named checks with an outcome each. Owns counting, expectation and the table.
import { isDeepStrictEqual } from "node:util";
import { within } from "./places.mjs";

const LIMIT = 90_000;

/** Thrown when a check failed that the rest of its suite rests on. */
export class CannotGoOn extends Error {}

export class Checks {
  constructor(expectedFailures) {
    this.expected = new Map(Object.entries(expectedFailures));
    this.results = [];
  }

  /** The checks of one suite; `suite` and the check's name together name it for the expected failures. */
  suite(suite) {
    const check = async (name, body, { limit = LIMIT } = {}) => (await this.#run(suite, name, body, limit)).value;
    /** Like `check`, and ends the suite when it fails. */
    const need = async (name, body, { limit = LIMIT } = {}) => {
      const { outcome, value } = await this.#run(suite, name, body, limit);
      if (outcome !== "passed") throw new CannotGoOn(name);
      return value;
    };
    return { check, need };
  }

  async #run(suite, name, body, limit) {
    const started = Date.now();
    const result = { suite, name, outcome: "passed", error: null, ms: 0 };
    const reason = this.expected.get(`${suite}: ${name}`);
    let value;
    try {
      value = await within(limit, name, Promise.resolve().then(body));
      if (reason) Object.assign(result, { outcome: "failed", error: `passes, though a failure was expected (${reason}): take it off the list` });
    } catch (error) {
      Object.assign(result, reason ? { outcome: "expected", error: reason } : { outcome: "failed", error: describe(error) });
    }
    result.ms = Date.now() - started;
    this.results.push(result);
    print(result);
    return { outcome: result.outcome, value };
  }

  /** A suite that broke outside of any check. */
  broke(suite, error) {
    const result = { suite, name: "runs to its end", outcome: "failed", error: describe(error), ms: 0 };
    this.results.push(result);
    print(result);
  }

  count(outcome) {
    return this.results.filter((each) => each.outcome === outcome).length;
  }
}

function print({ suite, name, outcome, error, ms }) {
  const mark = { passed: "ok  ", failed: "FAIL", expected: "xfail" }[outcome];
  console.log(`${mark} ${suite}: ${name} (${(ms / 1000).toFixed(1)} s)`);
  if (error) console.log(error.replace(/^/gm, "       "));
}

function describe(error) {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : JSON.stringify(error);
  const cause = error?.cause ? `\ncaused by ${describe(error.cause)}` : "";
  return redact(text + cause).slice(0, 3000);
}

/** Tokens and secrets never reach a log, not even a failed test's. */
export function redact(text) {
  return text.replace(/\b(lyd_[a-z]+_)[A-Za-z0-9_-]{4,}/g, "$1…");
}

export function assert(condition, message) {
  if (!condition) throw new Error(message);
}

export function equal(actual, expected, what) {
  if (isDeepStrictEqual(actual, expected)) return;
  throw new Error(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
}

/** The error that `body` throws; an error of ours when it throws none. */
export async function refusal(body, what) {
  try {
    await body();
  } catch (error) {
    return error;
  }
  throw new Error(`${what}: was not refused`);
}
