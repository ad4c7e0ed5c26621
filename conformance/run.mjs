// The one entry: starts the servers that the chosen suites need, runs them, prints the table, and ends with 1 when anything failed.
//   conformance/run [suite …]      conformance/run "mcp-clients, Python SDK"      conformance/run --list
import { readFileSync } from "node:fs";
import path from "node:path";
import { HERE, freePort } from "./harness/places.mjs";
import { CannotGoOn, Checks } from "./harness/checks.mjs";
import { Server } from "./harness/server.mjs";
import { testAuthority } from "./harness/documents.mjs";
import { Providers } from "./providers/listening.mjs";
import { openBrowser } from "./harness/person.mjs";
import { mailSettings } from "./suites/mail.mjs";

const SUITES = ["discovery", "mcp-conformance", "protocol", "client-documents", "relying-parties", "mcp-clients", "mcp-remote", "device", "try", "providers", "apps", "webhooks", "api", "people", "organizations", "mail", "pages"];

/** A suite names the server it wants. `brief`: everything that expires does so in seconds. */
const SETTINGS = {
  usual: {},
  // A server that nobody has connected anything to yet; a token that comes back is a copy at once.
  pages: { TOKENS__RETRY_WINDOW: "0s" },
  brief: { TOKENS__ACCESS_LIFETIME: "8s", TOKENS__RETRY_WINDOW: "4s" },
  // Programs that are killed and come back a moment later.
  restless: { TOKENS__RETRY_WINDOW: "400ms" },
  // A mail server of somebody else's making.
  mail: mailSettings,
  // A server of its own, since much is made and removed; many requests come from one address.
  api: { RATE_LIMITS__API: "1000000/1m" },
  // Somebody whom the demo provider does not know yet; and people who make organisations of their own.
  people: {},
  // Client-id documents may come from loopback, under an authority made for this run.
  // Providers to sign in with, on loopback.
  providers: ({ providers }) => providers.settings(),
  documents: ({ authority }) => ({ DOCUMENTS__DEVELOPMENT_CA: authority.ca }),
};

const wanted = process.argv.slice(2);
if (wanted.includes("--list")) {
  console.log(SUITES.join("\n"));
  process.exit(0);
}
const unknown = wanted.filter((name) => !SUITES.includes(name.split(", ")[0]));
if (unknown.length > 0) {
  console.error(`no such suite: ${unknown.join(", ")}; there are ${SUITES.join(", ")}`);
  process.exit(2);
}
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
process.exitCode = await main(wanted.length > 0 ? wanted : SUITES);

async function main(names) {
  const checks = new Checks(JSON.parse(readFileSync(path.join(HERE, "expected-failures.json"), "utf8")));
  const relyingPartyPort = await freePort();
  const browser = await openBrowser({ relyingPartyPort });
  const providers = await Providers.listen();
  const surroundings = { browser, relyingPartyPort, providers, authority: testAuthority(), mailPort: await freePort() };
  const servers = new Map();
  try {
    for (const wish of names) {
      const [name, only] = wish.split(", ");
      const suite = await import(`./suites/${name}.mjs`);
      const server = await started(servers, suite.settings, surroundings);
      await perform(checks, { name, only }, suite, { ...surroundings, server });
    }
  } finally {
    await browser.close();
    providers.close();
    await Promise.all([...servers.values()].map((server) => server.stop()));
  }
  return report(checks);
}

async function started(servers, name, surroundings) {
  if (!servers.has(name)) {
    const settings = SETTINGS[name];
    servers.set(name, await Server.start(name, typeof settings === "function" ? settings(surroundings) : settings));
  }
  return servers.get(name);
}

/** A suite may have parts, each of which ends by itself when something fails that it rests on. */
async function perform(checks, { name, only }, suite, surroundings) {
  const part = async (title, body) => {
    try {
      await body(checks.suite(title));
    } catch (error) {
      if (!(error instanceof CannotGoOn)) checks.broke(title, error);
    }
  };
  const partOf = async (title, body) => {
    if (!only || title.startsWith(only)) await part(`${name}, ${title}`, body);
  };
  await part(name, (tools) => suite.run({ ...surroundings, ...tools, suite: partOf }));
}

function report(checks) {
  const suites = [...new Set(checks.results.map(({ suite }) => suite))];
  console.log("\nsuite                                          passed  failed  expected failures");
  for (const suite of suites) {
    const of = (outcome) => checks.results.filter((each) => each.suite === suite && each.outcome === outcome).length;
    console.log(`${suite.padEnd(46)} ${String(of("passed")).padStart(6)}  ${String(of("failed")).padStart(6)}  ${String(of("expected")).padStart(6)}`);
  }
  const failed = checks.count("failed");
  console.log(`\n${checks.count("passed")} passed, ${failed} failed, ${checks.count("expected")} skipped`);
  return failed > 0 || checks.results.length === 0 ? 1 : 0;
}
