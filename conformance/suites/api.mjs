// The management API against what it says of itself: schemathesis, with a fixed seed, as the owner of an organisation.
import { execFile } from "node:child_process";
import path from "node:path";
import { PYTHON, WORK, within } from "../harness/places.mjs";
import { assert, equal } from "../harness/checks.mjs";
import { Person } from "../harness/person.mjs";

export const settings = "api";
export const title = "api";

const SEED = "20261127";
const PATIENCE = 150_000;
/**
 * What is held against every answer. Left out: whether everything that fits the description is accepted, since what can be made
 * depends on what there is (a slug that is taken, a scope that no resource knows), and no schema says that; and whether a missing
 * header is refused, since a missing If-Match is 428 (RFC 6585), which the tool does not count among refusals.
 */
const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
  "negative_data_rejection",
  "unsupported_method",
  "ignored_auth",
];

export async function run({ server, browser, check, need }) {
  const token = await need("the owner makes a token on the page of their account", () => made(browser, server));
  const me = await need("the token tells whose it is", async () => {
    const answer = await fetch(`${server.issuer}/api/v1/me`, { headers: { authorization: `Bearer ${token}` } });
    equal(answer.status, 200, "status");
    return answer.json();
  });
  await check("it is the owner's, and writes", () => equal([me.email, me.writes], [server.person("owner").email, true], "whose"));
  await check("schemathesis finds nothing that is not as described", () => tried(server, token));
}

/** By the form, as anybody would; its text is shown this once. */
async function made(browser, server) {
  const person = await Person.arrive(browser, server.person("owner"));
  try {
    const { page, account } = person;
    await page.goto(`${server.issuer}/sign-in`);
    await page.fill("#email", account.email);
    await page.fill("#password", account.password);
    await Promise.all([page.waitForNavigation(), page.click("#sign-in")]);
    await page.goto(`${server.issuer}/account/tokens`);
    await page.fill("#name", "schemathesis");
    await page.check("#may-write");
    await Promise.all([page.waitForNavigation(), page.click("#make-token")]);
    const text = (await page.locator("#token").first().innerText()).trim();
    assert(/^lyd_pat_[0-9A-Za-z]{22}_[0-9A-Za-z]{67}$/.test(text), "the token has another form");
    return text;
  } finally {
    await person.leave();
  }
}

async function tried(server, token) {
  const program = path.join(path.dirname(PYTHON), "schemathesis");
  const options = [
    "run", `${server.issuer}/api/v1/openapi.json`,
    "--header", `Authorization: Bearer ${token}`,
    "--checks", CHECKS.join(","),
    "--phases", "examples,coverage,fuzzing",
    "--max-examples", "20",
    "--seed", SEED, "--generation-database", "none",
    "--continue-on-failure", "--no-color", "--warnings", "off",
    // What would take away what the others ask about.
    "--exclude-operation-id", "deleteOrganization",
  ];
  const done = new Promise((resolve) => {
    execFile(program, options, { cwd: WORK, maxBuffer: 1 << 26 }, (error, stdout, stderr) => resolve({ code: error ? error.code : 0, said: stdout + stderr }));
  });
  const { code, said } = await within(PATIENCE, "schemathesis", done);
  assert(code === 0, `it found something:\n${said.replaceAll(token, "lyd_pat_…").slice(-8000)}`);
}
