// A person at a browser: signs in, chooses, allows, disconnects, by what the pages show. Owns Chromium.
import { chromium } from "playwright-core";
import { redact } from "./checks.mjs";
import { nextMail } from "./mail.mjs";
import { CHROMIUM, sleep, within } from "./places.mjs";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const PATIENCE = 20_000;
const AT_REST = 500;

/** `relyingPartyPort`: where what is registered as localhost:3000 really listens in this run. */
export function openBrowser({ relyingPartyPort }) {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [...FLAGS, `--host-resolver-rules=MAP localhost:3000 127.0.0.1:${relyingPartyPort}`],
  });
}

export class Person {
  /** `account` is `{ email, password }`; `options` are a browser context's (viewport, colorScheme, javaScriptEnabled …). */
  static async arrive(browser, account, options = {}) {
    const person = new Person();
    person.account = account;
    person.context = await browser.newContext({ viewport: { width: 1000, height: 900 }, ...options });
    person.context.setDefaultTimeout(PATIENCE);
    person.page = await person.context.newPage();
    return person;
  }

  async leave() {
    this.gone = true;
    await this.context.close();
  }

  /**
   * Is there for a client: each URL given to `answer` is answered in turn, since a person has one window in front of them.
   * `visits` are the promises of what was seen.
   */
  attend(options) {
    const visits = [];
    const answer = (url) => {
      const visit = Promise.allSettled(visits).then(() => this.answer(url, options));
      visit.catch((error) => this.gone || console.error(redact(`     at the browser: ${error.message.split("\n")[0]}`)));
      visits.push(visit);
    };
    return { visits, answer };
  }

  /**
   * Opens an authorization URL and does what the pages ask, until the browser is sent to the app.
   * Returns where it was sent, and what the consent page said.
   * `project` is a slug, or null for the first one.
   */
  async answer(url, { redirectUri, project = "apollo", decision = "allow" } = {}) {
    const target = redirectUri ?? new URL(url).searchParams.get("redirect_uri");
    const sent = this.#sentTo(target);
    const seen = { consent: null, signedIn: false };
    await this.#open(url, sent);
    for (let step = 0; step < 8 && !sent.url; step += 1) await this.#step(seen, { project, decision, sent });
    if (!sent.url) throw new Error(`the browser was never sent to ${target}; it shows ${await this.shows()}`);
    await this.#arrived(sent, target);
    return { url: new URL(sent.url), parameters: new URL(sent.url).searchParams, ...seen };
  }

  async #step(seen, { project, decision, sent }) {
    await Promise.race([this.page.waitForLoadState("domcontentloaded"), sent.promise]).catch(() => {});
    if (sent.url) return;
    if (await this.page.locator("#allow").isVisible()) {
      seen.consent = await this.page.locator("body").innerText();
      await this.choose(project);
      await this.#press(`#${decision}`, sent);
    } else if (await this.page.locator("#password").isVisible()) {
      seen.signedIn = true;
      await this.fillIn();
      await this.#press("#sign-in", sent);
    } else {
      throw new Error(`expected to sign in or to be asked for consent, but the page shows ${await this.shows()}`);
    }
  }

  /**
   * Lets a device in, or does not: opens the address, types the code if it is not in it, signs in where that is asked, and answers.
   * Returns what the page said that asked.
   */
  async letIn(url, { code, project = "apollo", decision = "allow" } = {}) {
    await this.page.goto(url);
    if (code) await this.page.fill("#user_code", code);
    await Promise.all([this.page.waitForURL((at) => !at.pathname.endsWith("/device")), this.page.click("#continue")]);
    if (await this.page.locator("#password").isVisible()) {
      await this.fillIn();
      await Promise.all([this.page.waitForURL((at) => at.pathname.includes("/consent/")), this.page.click("#sign-in")]);
    }
    const asked = await this.page.locator("body").innerText();
    if (decision === "allow") {
      await this.choose(project);
      await this.page.check("#own-device");
    }
    await this.page.click(`#${decision}`);
    await this.page.locator(decision === "allow" ? "#device-allowed" : "#device-denied").waitFor();
    return asked;
  }

  async fillIn() {
    await this.page.fill("#email", this.account.email);
    await this.page.fill("#password", this.account.password);
  }

  /** Chooses a project where there is a choice; without a slug, the first one. */
  async choose(slug) {
    const choice = slug ? this.page.locator(`#project-${slug}`) : this.page.locator('[id^="project-"]').first();
    if ((await choice.count()) > 0) await choice.check({ force: true });
  }

  async signIn(issuer) {
    await this.page.goto(`${issuer}/sign-in`);
    await this.fillIn();
    await Promise.all([this.page.waitForURL((url) => !url.pathname.endsWith("/sign-in")), this.page.click("#sign-in")]);
  }

  /** Asks for an account, and comes to the page that waits for the code. */
  async signUp(issuer) {
    await this.page.goto(`${issuer}/sign-up`);
    await this.fillIn();
    await Promise.all([this.page.waitForURL((url) => url.pathname.includes("/confirm/")), this.page.click("#sign-up")]);
  }

  /** Types the code of the mail that came. */
  async confirm(server) {
    const { code } = await nextMail(server, this.account.email);
    await this.page.fill("#code", code);
    await Promise.all([this.page.waitForURL((url) => !url.pathname.includes("/confirm/")), this.page.click("#confirm")]);
  }

  async signOut(issuer) {
    await this.page.goto(`${issuer}/`);
    await Promise.all([this.page.waitForNavigation(), this.page.click("#sign-out")]);
  }

  /** Ends every connection of the app with exactly this name by its button; returns how many there were. */
  async disconnect(issuer, name) {
    const words = new RegExp(`^\\s*Disconnect ${name}\\s*$`);
    let ended = 0;
    for (; ended < 20; ended += 1) {
      await this.page.goto(`${issuer}/connections`);
      const button = this.page.locator('button[id^="revoke-"]', { hasText: words }).first();
      if ((await button.count()) === 0) break;
      await Promise.all([this.page.waitForResponse((response) => response.request().method() === "POST"), button.click()]);
      await this.page.waitForLoadState("domcontentloaded");
    }
    return ended;
  }

  async shows() {
    const text = await this.page.locator("body").innerText().catch(() => "(nothing)");
    return `${this.page.url().split("?")[0]} “${text.replace(/\s+/g, " ").slice(0, 300)}”`;
  }

  #sentTo(target) {
    const sent = { url: null };
    sent.promise = new Promise((resolve) => {
      const watch = (request) => {
        if (!request.isNavigationRequest() || !request.url().startsWith(target)) return;
        Object.assign(sent, { url: request.url(), request });
        this.page.off("request", watch);
        resolve();
      };
      this.page.on("request", watch);
    });
    return sent;
  }

  /** Waits for the app's page, so that the next step finds the browser at rest; a client that has given up serves none. */
  async #arrived({ request }, target) {
    const served = await request.response().catch(() => null);
    if (served) await this.page.waitForURL((url) => url.href.startsWith(target), { waitUntil: "domcontentloaded" });
    else await sleep(AT_REST);
  }

  async #open(url, sent) {
    await this.page.goto(url, { waitUntil: "domcontentloaded" }).catch((error) => {
      if (!sent.url) throw error;
    });
  }

  /** Presses a button; the page that follows may be one that nobody serves. */
  async #press(selector, sent) {
    const moved = this.page.waitForEvent("framenavigated", { timeout: PATIENCE }).catch(() => {});
    await this.page.click(selector, { noWaitAfter: true });
    await within(PATIENCE, `after pressing ${selector}`, Promise.race([moved, sent.promise]));
  }
}
