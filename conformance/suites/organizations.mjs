// An organisation from its first day to the end of its project: its owner in one browser, whom they invite in another that runs no
// scripts, and an assistant between them. Each step rests on the ones before it.
import { readFileSync } from "node:fs";
import path from "node:path";
import { assert, equal, refusal } from "../harness/checks.mjs";
import { nextMail } from "../harness/mail.mjs";
import { Person } from "../harness/person.mjs";
import { freePort, scratchDirectory } from "../harness/places.mjs";
import { inspect, listen, photograph } from "../pages/inspect.mjs";
import { tabTo } from "../pages/keyboard.mjs";
import { CLIENTS, assistant, withToken } from "./mcp-clients.mjs";
import { Speaker } from "./protocol/speaker.mjs";

export const settings = "people";
export const title = "organizations";

const PROJECT = "harbour";
const ASSISTANT = "Harbour pilot";

export async function run({ server, browser, need }) {
  const walk = await Walk.begin(server, browser);
  try {
    for (const [name, step] of STEPS) await need(name, () => step(walk));
  } finally {
    await walk.end();
  }
}

/** What the steps hand on to each other. */
class Walk {
  static async begin(server, browser) {
    const walk = new Walk();
    const stamp = Date.now();
    const called = (name) => ({ email: `${name}-${stamp}@example.com`, password: "grey herons wade at 6 in the rain" });
    Object.assign(walk, { server, slug: `northwind-${stamp}`, other: `southwind-${stamp}`, assistants: [] });
    walk.owner = await Person.arrive(browser, called("founder"));
    walk.guest = await Person.arrive(browser, called("guest"), { javaScriptEnabled: false });
    walk.speaker = await Speaker.discover(server, walk.guest);
    walk.complaints = listen(walk.owner.page);
    return walk;
  }

  async end() {
    await Promise.all(this.assistants.map((each) => each.program.end()));
    await Promise.all([this.owner.leave(), this.guest.leave(), this.speaker.close()]);
  }

  /** An address within the organisation. */
  within(below, slug = this.slug) {
    return `${this.server.issuer}/organizations/${slug}${below}`;
  }

  at(below, page = this.owner.page) {
    return page.goto(this.within(below), { waitUntil: "load" });
  }

  /** Presses, and waits for the page that comes. */
  async press(what, page = this.owner.page) {
    await Promise.all([page.waitForNavigation(), page.locator(what).first().click()]);
  }

  /** What the owner's page says. */
  says(page = this.owner.page) {
    return page.locator("main").innerText();
  }

  /** The row of the guest, or of something else, on the owner's page. */
  row(text = this.guest.account.email) {
    return this.owner.page.locator("main li", { hasText: text });
  }

  /** The owner's page holds what every page must, and is kept as a picture. */
  async seen(name) {
    await inspect(this.owner.page);
    await photograph(this.owner.page, `organization-${name}`);
    await this.owner.page.setViewportSize({ width: 1000, height: 900 });
    equal(this.complaints.splice(0), [], "the browser's complaints");
  }

  /** For the guest this is not there. */
  async isNotThere(below) {
    const answer = await this.at(below, this.guest.page);
    equal(answer.status(), 404, `the guest at ${below}`);
  }

  /** Connects an assistant to the limited project, the guest answering in their browser; it reaches the demo app. */
  async connect() {
    const store = path.join(scratchDirectory("harbour"), "tokens.json");
    const redirectUri = `http://127.0.0.1:${await freePort()}/callback`;
    const program = assistant(CLIENTS[1], { url: this.server.mcpUrl, store, redirectUri, name: ASSISTANT });
    const { visits, answer } = this.guest.attend({ project: PROJECT });
    program.on("authorize", ({ url }) => answer(url));
    const connected = { program, tokens: () => JSON.parse(readFileSync(store, "utf8")).tokens };
    this.assistants.push(connected);
    await program.ask("connect");
    equal(visits.length, 1, "times that the guest was asked");
    connected.asked = (await visits[0]).consent;
    await program.ask("tools");
    await program.ask("signIn", { allowed: false });
    return connected;
  }

  /** The assistant's grant lives: whoever owns the data is told so, for this project. */
  async isAlive({ tokens }) {
    const seen = await this.speaker.introspect(tokens().access_token);
    equal([seen.active, seen.project, seen.access], [true, this.project, "read"], "introspection");
    equal(await withToken(this.server, tokens().access_token), 200, "the MCP server");
  }

  /** Nothing of it works any more, at once and for good. */
  async isDead({ program, tokens }) {
    const { access_token: access, refresh_token: refresh } = tokens();
    equal(await this.speaker.introspect(access), { active: false }, "introspection");
    equal(await withToken(this.server, access), 401, "the MCP server");
    await refusal(() => program.ask("call", { tool: "list_issues", arguments: {} }), "the assistant's next call");
    const body = { grant_type: "refresh_token", refresh_token: refresh, client_id: program.clientId };
    const answer = await this.speaker.post(this.speaker.as.token_endpoint, body);
    equal((await answer.json()).error, "invalid_grant", "the refresh");
  }
}

const STEPS = [
  ["somebody signs up and makes an organisation with a first project", async (walk) => {
    await walk.owner.signUp(walk.server.issuer);
    await walk.owner.confirm(walk.server);
    const { page } = walk.owner;
    await page.goto(`${walk.server.issuer}/organizations`);
    await page.fill("#name", "Northwind");
    await page.fill("#slug", walk.slug);
    await page.fill("#project", "Harbour");
    await walk.press("#create-organization");
    equal(page.url(), walk.within(""), "the page that follows");
    const says = await walk.says();
    assert(says.includes("You are an owner") && says.includes("Harbour"), `the overview says ${says}`);
    await walk.seen("overview");
  }],
  ["the owner invites somebody, by the keyboard alone", async (walk) => {
    const { page } = walk.owner;
    await walk.at("/invitations");
    await tabTo(page, "email");
    await page.keyboard.type(walk.guest.account.email);
    await tabTo(page, /^role-/);
    await page.keyboard.press("ArrowDown");
    equal(await page.locator("#role-admin").isChecked(), true, "the role that the arrow chose");
    await tabTo(page, "invite");
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    assert((await walk.row().innerText()).includes("Admin"), "the invitation is not listed with its role");
    await walk.seen("invitations");
  }],
  ["the mail's link is worth nothing in another's hands, and stays good", async (walk) => {
    const mail = await nextMail(walk.server, walk.guest.account.email);
    equal(mail.kind, "invited", "the mail");
    walk.link = mail.link;
    const { page } = walk.owner;
    await page.goto(walk.link);
    assert(!page.url().includes("token"), "the token is still in the address");
    equal([await page.locator("#join").count(), await page.locator("#another").count()], [0, 1], "what the page offers");
    assert(!(await page.locator("body").innerText()).includes(walk.guest.account.email), "it tells the invited address");
    await walk.seen("invitation-of-another");
  }],
  ["the invited one opens it in their browser, makes an account on the way, and joins, without JavaScript", async (walk) => {
    const { page, account } = walk.guest;
    await page.goto(walk.link);
    await walk.press("#sign-up", page);
    await walk.guest.fillIn();
    await Promise.all([page.waitForURL((url) => url.pathname.includes("/confirm/")), page.click("#sign-up")]);
    await walk.guest.confirm(walk.server);
    await walk.press("#join", page);
    equal(page.url(), walk.within(""), "where joining leads");
    assert((await walk.says(page)).includes("You are an admin"), "it does not say what they are");
    const again = await page.goto(walk.link);
    equal(again.status(), 410, "the link, a second time");
    await walk.isNotThere("/settings/delete");
    await walk.at("/members");
    assert((await walk.row(account.email).innerText()).includes("Admin"), "the owner does not see the member");
    await walk.seen("members");
  }],
  ["the owner limits the project to a list that is empty", async (walk) => {
    await walk.at(`/projects/${PROJECT}/members`);
    await walk.press("#limit");
    await walk.press("#limit");
    assert((await walk.says()).includes("Nobody is on the list"), "the list is not empty");
    await walk.seen("project-members");
  }],
  ["the admin connects an assistant to it, and the consent page says to what", async (walk) => {
    const connected = await walk.connect();
    for (const word of [ASSISTANT, "Harbour", "Northwind", "cannot"]) assert(connected.asked.includes(word), `“${word}” is not on the page:\n${connected.asked}`);
    const seen = await walk.speaker.introspect(connected.tokens().access_token);
    walk.project = seen.project;
    assert(walk.project, "introspection names no project");
    connected.program.clientId = seen.client_id;
    await walk.isAlive(connected);
  }],
  ["the owner sees it among what has access: who gave it, and to what", async (walk) => {
    await walk.at("/access");
    const row = await walk.row(ASSISTANT).innerText();
    for (const word of [walk.guest.account.email, "Harbour"]) assert(row.includes(word), `the row does not say ${word}: ${row}`);
    await walk.seen("access");
    await walk.at(`/projects/${PROJECT}`);
    assert((await walk.says()).includes(ASSISTANT), "the project's own page does not list it");
    await walk.seen("project");
  }],
  ["the owner demotes the admin, and the assistant's grant is dead at once", async (walk) => {
    await walk.at("/members");
    const { page } = walk.owner;
    await walk.press('a[id^="role-"]');
    await page.check("#role-member", { force: true });
    await walk.seen("role");
    await walk.press("#change-role");
    await walk.isDead(walk.assistants[0]);
    for (const below of [`/projects/${PROJECT}`, "/members", "/access", "/audit", "/keys"]) await walk.isNotThere(below);
    await walk.at("", walk.guest.page);
    assert(!(await walk.says(walk.guest.page)).includes("Harbour"), "the member still sees the project");
  }],
  ["put on the project's list, the member sees it and connects anew; taken off, that is dead too", async (walk) => {
    await walk.at(`/projects/${PROJECT}/members`);
    await walk.owner.page.locator('[id^="user-"]').first().check({ force: true });
    await walk.press("#put-on");
    equal((await walk.at(`/projects/${PROJECT}`, walk.guest.page)).status(), 200, "the project, for the member");
    const connected = await walk.connect();
    connected.program.clientId = (await walk.speaker.introspect(connected.tokens().access_token)).client_id;
    await walk.isAlive(connected);
    await walk.at(`/projects/${PROJECT}/members`);
    await walk.press('a[id^="take-off-"]');
    await walk.press("#take-off");
    await walk.isDead(connected);
    await walk.isNotThere(`/projects/${PROJECT}`);
  }],
  ["the trail tells all of it, can be narrowed, and taken away as lines of JSON", async (walk) => {
    const { page } = walk.owner;
    await walk.at("/audit");
    const says = await walk.says();
    const told = ["The organisation was founded", "Somebody was invited", "An invitation was accepted", "A project was limited", "The role of a member was changed", "A member was taken out of a project"];
    equal(told.filter((words) => !says.includes(words)), [], "what the page does not tell");
    await walk.seen("audit");
    const [download] = await Promise.all([page.waitForEvent("download"), page.click("#export")]);
    const entries = readFileSync(await download.path(), "utf8").trim().split("\n").map((line) => JSON.parse(line));
    const happened = entries.map(({ action }) => action);
    const expected = ["organization.founded", "invitation.added", "invitation.accepted", "project.limited", "grant.allowed", "member.changed", "project.member_added", "project.member_removed"];
    equal(expected.filter((action) => !happened.includes(action)), [], "entries that the download lacks");
    await page.check("#what-member", { force: true });
    await walk.press("#show");
    const rows = await page.locator('section[aria-labelledby="entries-heading"] li').allInnerTexts();
    assert(rows.length > 0 && rows.every((row) => /member/i.test(row)), `narrowed to members it shows ${rows}`);
  }],
  ["two organisations in two tabs do not mix", async (walk) => {
    const { page, context } = walk.owner;
    await page.goto(`${walk.server.issuer}/organizations`);
    await page.fill("#name", "Southwind");
    await page.fill("#slug", walk.other);
    await walk.press("#create-organization");
    await walk.at("/settings");
    const tab = await context.newPage();
    await tab.goto(walk.within("", walk.slug));
    await tab.locator(".menu .within summary").click();
    await walk.press(`.menu .within a:has-text("Southwind")`, tab);
    equal(tab.url(), walk.within("", walk.other), "where the menu leads");
    await tab.goto(walk.within("/settings", walk.other));
    // The first tab was opened before the second went elsewhere; what is pressed there is about what it shows.
    await page.fill("#name", "Northwind Harbours");
    await walk.press("#rename");
    equal(page.url(), walk.within("/settings"), "the first tab");
    await tab.fill("#name", "Southwind Quays");
    await walk.press("#rename", tab);
    equal(tab.url(), walk.within("/settings", walk.other), "the second tab");
    for (const [each, slug, name] of [[page, walk.slug, "Northwind Harbours"], [tab, walk.other, "Southwind Quays"]]) {
      await each.goto(walk.within("", slug));
      equal(await each.locator("h1").innerText(), name, slug);
    }
    await tab.close();
  }],
  ["the member leaves, without JavaScript, and is a stranger", async (walk) => {
    const { page } = walk.guest;
    await walk.at("", page);
    await walk.press("#leave", page);
    await walk.press("#leave-organization", page);
    await walk.isNotThere("");
    await walk.at("/members");
    equal(await walk.row().count(), 0, "rows of the member");
  }],
  ["the project is deleted by typing its name, and by no other, and its end stands in the trail", async (walk) => {
    const { page } = walk.owner;
    await walk.at(`/projects/${PROJECT}`);
    await walk.press("#delete-project");
    await page.fill("#confirmation", "harbor");
    await walk.press("#confirm");
    equal(await page.locator("#refusal").count(), 1, "refusals");
    await walk.seen("delete-project-refused");
    await page.fill("#confirmation", PROJECT);
    await walk.press("#confirm");
    equal((await walk.at(`/projects/${PROJECT}`)).status(), 404, "the project");
    await walk.at("/audit");
    assert((await walk.says()).includes("A project was deleted"), "the trail does not tell it");
    walk.complaints.splice(0);
  }],
];
