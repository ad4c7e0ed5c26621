// Clients that name themselves by the address of a document (Client ID Metadata Documents), from a site of our own with a test authority.
import { readFileSync } from "node:fs";
import path from "node:path";
import { HERE, freePort, scratchDirectory } from "../harness/places.mjs";
import { assert, equal } from "../harness/checks.mjs";
import { Program } from "../harness/program.mjs";
import { Person } from "../harness/person.mjs";
import { Site } from "../harness/documents.mjs";
import { Speaker } from "./protocol/speaker.mjs";

export const settings = "documents";
export const title = "client-documents";

const REDIRECT = "http://127.0.0.1/callback";
const BAD = {
  "/mismatch.json": "a document about somebody else",
  "/moved.json": "a document that has moved",
  "/large.json": "a document of more than five kilobytes",
  "/secret.json": "a document that wants a shared secret",
  "/missing.json": "a document that is not there",
};

export async function run({ server, browser, authority, check }) {
  const site = await Site.open(authority, pages);
  const person = await Person.arrive(browser, server.person("member"));
  const speaker = await Speaker.discover(server, person);
  try {
    await check("an SDK arrives by its document, without registering", () => arrives({ server, browser, site }));
    await check("the document is fetched only once somebody has signed in", async () => {
      const guest = await Person.arrive(browser, server.person("admin"));
      const { url } = await speaker.request(from(site, "/later.json"));
      await guest.page.goto(url);
      equal(site.visited("/later.json"), 0, "visits before the sign-in");
      await guest.fillIn();
      await guest.page.click("#sign-in");
      await guest.page.locator("#allow").waitFor();
      equal(site.visited("/later.json"), 1, "visits after it");
      await guest.leave();
    });
    await person.signIn(server.issuer);
    for (const [page, what] of Object.entries(BAD)) {
      await check(`${what} is refused with a page, and not cached`, async () => {
        for (let visits = 0; visits < 2; visits = site.visited(page)) {
          const { url } = await speaker.request(from(site, page));
          await person.page.goto(url);
          assert((await person.page.title()).startsWith("Error:"), `it shows ${await person.shows()}`);
          equal(await person.page.locator("#allow").count(), 0, "buttons to allow it");
          assert(site.visited(page) > visits, "it was not fetched");
        }
        equal(site.visited("/elsewhere.json"), 0, "visits to where it has moved");
      });
    }
  } finally {
    site.close();
    await Promise.all([speaker.close(), person.leave()]);
  }
}

function pages(origin) {
  const document = (name, extra) => ({ body: JSON.stringify({ client_id: `${origin}/${name}.json`, client_name: `Documented ${name}`, redirect_uris: [REDIRECT], ...extra }) });
  return {
    "/assistant.json": document("assistant", { grant_types: ["authorization_code", "refresh_token", "urn:example:unknown"], token_endpoint_auth_method: "none" }),
    "/later.json": document("later"),
    "/mismatch.json": document("assistant"),
    "/moved.json": { status: 302, headers: { location: `${origin}/elsewhere.json` } },
    "/elsewhere.json": document("elsewhere"),
    "/large.json": document("large", { client_uri: `${origin}/${"a".repeat(6_000)}` }),
    "/secret.json": document("secret", { token_endpoint_auth_method: "client_secret_basic" }),
  };
}

function from(site, page) {
  return { client: { client_id: `${site.origin}${page}` }, redirectUri: "http://127.0.0.1:1/callback" };
}

async function arrives({ server, browser, site }) {
  const person = await Person.arrive(browser, server.person("owner"));
  const store = path.join(scratchDirectory("store"), "tokens.json");
  const clientId = `${site.origin}/assistant.json`;
  const options = { url: server.mcpUrl, store, redirectUri: `http://127.0.0.1:${await freePort()}/callback`, name: "Not this name", documentUrl: clientId };
  const program = new Program("documented client", process.execPath, [path.join(HERE, "clients/typescript-v2.mjs"), JSON.stringify(options)]);
  const { visits, answer } = person.attend();
  program.on("authorize", ({ url }) => answer(url));
  try {
    await program.ask("connect");
    const { consent } = await visits[0];
    for (const words of ["Documented assistant", new URL(site.origin).hostname]) assert(consent.includes(words), `“${words}” is not on the page:\n${consent}`);
    equal(JSON.parse(readFileSync(store, "utf8")).client.client_id, clientId, "client_id");
    assert((await program.ask("call", { tool: "list_issues" })).includes("Apollo"), "it did not read");
  } finally {
    await program.end();
    await person.leave();
  }
}
