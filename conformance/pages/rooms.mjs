// The pages of an organisation and of the administration, with as much in them as an organisation has that is at work: an
// operator's commands fill it, and its owner, who administers the server too, goes from page to page.
import { Person } from "../harness/person.mjs";

const HOME = "meridian";
const PEOPLE = [
  ["ines.lindqvist@meridian.example", "Ines Lindqvist", "--role", "owner"],
  ["tomasz.wojciechowski@meridian.example", "Tomasz Wojciechowski", "--role", "admin"],
  ["bao@meridian.example", "Bao Nguyễn", "--named", "support"],
  ["a.very.long.address.of.somebody.with.many.names@subsidiary.meridian-instruments.example", "Maximiliane von der Hohenfels-Oberthal", "--role", "member"],
  ["former@meridian.example", "Frida Former", "--role", "member"],
];
const PROJECTS = [["apollo-telemetry", "Apollo telemetry"], ["calibration", "Calibration of the instruments of the northern stations, 2026 and after"], ["archive", "Archive"]];

/** Fills the organisation; its owner is `person`. */
async function furnish(server, person) {
  const run = (...words) => server.command(...words);
  await run("organization", "add", HOME, "--name", "Meridian Instruments");
  for (const [slug, name] of PROJECTS) await run("project", "add", HOME, slug, "--name", name);
  await run("role", "add", HOME, "support", "--name", "Support", "--permission", "see_access", "--permission", "end_access");
  await run("member", "add", HOME, person.account.email, "--role", "owner");
  for (const [email, name, ...role] of PEOPLE) {
    await run("user", "add", email, "--name", name, "--email-verified");
    await run("member", "add", HOME, email, ...role);
  }
  await run("user", "disable", "former@meridian.example");
  await run("project", "disable", HOME, "archive");
  await run("project", "admit", HOME, "calibration", "bao@meridian.example");
  await run("project", "limit", HOME, "calibration");
  for (const [email, role] of [["newcomer@partner.example", "member"], ["second.owner@meridian.example", "owner"]]) await run("invitation", "add", HOME, email, "--role", role);
  await run("key", "add", HOME, "apollo-telemetry", "--name", "Nightly import", "--scope", "issues:read", "--address", "192.0.2.0/24");
  // An address that nobody has, so that its deliveries wait and fail.
  await run("webhook", "add", HOME, "https://hooks.meridian.invalid/lanyard/events");
  await run("project", "rename", HOME, "archive", "Archive of 2025");
  await run("user", "operator", "add", person.account.email);
}

/** Yields { name, page, visit } at each stop, in an order in which one would go. */
export async function* rooms({ server, browser, speaker, stranger }, options = {}) {
  const person = await Person.arrive(browser, server.person("owner"), options);
  await furnish(server, person);
  await person.signIn(server.issuer);
  for (const project of ["apollo-telemetry", "calibration"]) {
    await person.answer((await speaker.request(stranger)).url, { redirectUri: stranger.redirectUri, project });
  }
  const { page } = person;
  const stop = (name, below, there = "main h1") => ({
    name,
    page,
    async visit() {
      if (typeof below === "string") await page.goto(`${server.issuer}${below}`, { waitUntil: "load" });
      else await below();
      await page.locator(there).first().waitFor({ state: "visible", timeout: 5_000 });
    },
  });
  const press = (what) => async () => {
    await Promise.all([page.waitForNavigation(), page.locator(what).first().click()]);
  };
  yield* ofOrganization(stop, press, page);
  yield* ofAccount(stop, press, page);
  yield* ofAdministration(stop, press, page);
  await person.leave();
}

async function* ofOrganization(stop, press, page) {
  const at = (below) => `/organizations/${HOME}${below}`;
  yield stop("room-organizations", "/organizations", "#create-organization");
  yield stop("room-overview", at(""), "#leave");
  yield stop("room-switcher", async () => {
    await page.goto(page.url());
    await page.locator(".menu .within summary").click();
  }, ".menu .within a");
  yield stop("room-projects", at("/projects"));
  yield stop("room-project", at("/projects/apollo-telemetry"), "#delete-project");
  yield stop("room-project-off", at("/projects/archive"), "#delete-project");
  yield stop("room-project-members", at("/projects/calibration/members"), "#open");
  yield stop("room-project-delete", at("/projects/apollo-telemetry/delete"), "#confirmation");
  yield stop("room-access", at("/access"), 'button[id^="revoke-"]');
  yield stop("room-keys", at("/keys"));
  yield stop("room-webhooks", at("/webhooks"));
  yield stop("room-members", at("/members"), 'a[id^="role-"]');
  yield stop("room-member-role", press('a[id^="role-"]'), "#change-role");
  yield stop("room-member-remove", async () => {
    await page.goto(page.url().replace(/\/[^/]+$/, ""));
    await press('a[id^="remove-"]')();
  }, "#remove-member");
  yield stop("room-invitations", at("/invitations"), 'button[id^="resend-"]');
  yield stop("room-invitations-refused", async () => {
    await page.fill("#email", "tomasz.wojciechowski@meridian.example");
    await press("#invite")();
  }, "#refusal");
  yield stop("room-roles", at("/roles"));
  yield stop("room-role", press('main a[id^="change-"], main li a'));
  yield stop("room-audit", at("/audit"), "#export");
  yield stop("room-settings", at("/settings"), "#rename");
  yield stop("room-leave", at("/leave"), "#leave-organization");
  yield stop("room-delete", at("/settings/delete"), "#confirmation");
}

async function* ofAccount(stop, press, page) {
  yield stop("room-tokens", "/account/tokens", "#make-token");
  yield stop("room-token-made", async () => {
    await page.fill("#name", "Deployment of the telemetry service");
    await press("#make-token")();
  }, "#token");
  yield stop("room-tokens-of-one", "/account/tokens", "#make-token");
  yield stop("room-events", "/account/audit", "#export");
  yield stop("room-api-reference", "/api/v1");
}

async function* ofAdministration(stop, press, page) {
  yield stop("room-admin", "/admin");
  yield stop("room-admin-people", "/admin/people");
  yield stop("room-admin-person", press('main li a:has-text("tomasz")'));
  yield stop("room-admin-erase", async () => page.goto(`${page.url()}/erase`), "#confirmation");
  for (const place of ["organizations", "clients", "keys", "providers", "mail", "settings"]) yield stop(`room-admin-${place}`, `/admin/${place}`);
}
