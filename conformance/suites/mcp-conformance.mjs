// The Model Context Protocol project's own suite for authorization servers: its two scenarios, run together.
import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import readline from "node:readline";
import { HERE, freePort, scratchDirectory, within } from "../harness/places.mjs";
import { assert, equal, redact } from "../harness/checks.mjs";
import { Person } from "../harness/person.mjs";

export const settings = "usual";
export const title = "mcp-conformance";

/** Each scenario and its checks. A scenario that was skipped would still exit with 0, so they are counted here. */
const SCENARIOS = {
  "authorization-server-metadata-endpoint": ["authorization-server-metadata", "authorization-server-metadata-cimd"],
  "authorization-code-grant": ["authorization-code-grant"],
};

export async function run({ server, browser, check, need }) {
  const person = await Person.arrive(browser, server.person("member"));
  const report = await need("the suite runs to its end, its consent given in a browser", () => runSuite(server, person));
  await person.leave();
  for (const [scenario, ids] of Object.entries(SCENARIOS)) {
    await check(`${scenario}: passed, nothing skipped, no warning`, () => {
      const outcomes = report.checks.filter((each) => ids.includes(each.id)).map(({ id, status, errorMessage }) => ({ id, status, errorMessage }));
      equal(outcomes.length, ids.length, `checks reported of ${ids}`);
      assert(outcomes.every(({ status }) => status === "SUCCESS"), `${JSON.stringify(outcomes)}`);
      assert(report.text.includes(`✓ ${scenario}: ${ids.length} passed, 0 failed`), report.text.slice(-400));
    });
  }
  await check("it exits with 0", () => equal(report.code, 0, "exit code"));
}

async function runSuite(server, person) {
  const port = await freePort();
  const results = scratchDirectory("mcp-conformance");
  const entry = path.join(HERE, "node_modules/@modelcontextprotocol/conformance/dist/index.js");
  const options = ["--url", server.issuer, "--client-id", "demo-cli", "--resource", server.mcpUrl, "--port", String(port), "--output-dir", results];
  const suite = spawn(process.execPath, [entry, "authorization", ...options], { stdio: ["ignore", "pipe", "pipe"] });
  const lines = [];
  const approved = new Promise((resolve, reject) => {
    const hear = (line) => {
      lines.push(line);
      if (line.startsWith(`${server.issuer}/authorize?`)) person.answer(line.trim()).then(resolve, reject);
    };
    readline.createInterface({ input: suite.stdout }).on("line", hear);
    readline.createInterface({ input: suite.stderr }).on("line", hear);
  });
  const ended = new Promise((resolve, reject) => suite.once("error", reject).once("close", resolve));
  try {
    const code = await within(80_000, "the suite", Promise.race([ended, approved.then(() => ended)]));
    return { code, text: redact(lines.join("\n")), checks: readChecks(results) };
  } finally {
    suite.kill();
  }
}

function readChecks(results) {
  const files = readdirSync(results, { recursive: true }).filter((file) => file.endsWith("checks.json"));
  return files.flatMap((file) => JSON.parse(readFileSync(path.join(results, file), "utf8")));
}
