// Mail through a mail server that others have made: encrypted, signed in to, to one person, in text and in HTML; and what waits
// while it is away.
import path from "node:path";
import { writeFileSync } from "node:fs";
import { assert, equal } from "../harness/checks.mjs";
import { Person } from "../harness/person.mjs";
import { PYTHON, HERE, scratchDirectory, within } from "../harness/places.mjs";
import { Program } from "../harness/program.mjs";

export const settings = "mail";
export const title = "mail";

const LOGIN = { username: "lanyard", password: "the mail server's own password" };
const FROM = "no-reply@example.com";
const PASSWORD = "slow trams past 7 gardens";

/** What the server must be told, by the names of the environment. */
export const mailSettings = ({ authority, mailPort }) => ({
  MAIL__SERVER: "localhost",
  MAIL__PORT: String(mailPort),
  MAIL__ENCRYPTION: "starttls",
  MAIL__USERNAME: LOGIN.username,
  MAIL__PASSWORD: LOGIN.password,
  MAIL__FROM: FROM,
  MAIL__CA: authority.ca,
});

export async function run({ server, browser, authority, mailPort, check, need }) {
  const email = `correspondent-${Date.now()}@example.com`;
  const person = await Person.arrive(browser, { email, password: PASSWORD });
  const { page } = person;
  let post = await PostOffice.open(authority, mailPort);
  const mail = await need("a mail comes encrypted and signed in, to exactly one recipient, as text and as HTML", async () => {
    await person.signUp(server.issuer);
    const mail = await post.next();
    equal([mail.encrypted, mail.authenticated], [true, true], "encrypted, signed in");
    equal([mail.recipients, mail.sender], [[email], FROM], "envelope");
    equal([mail.headers.to, mail.headers.cc ?? null, mail.headers.bcc ?? null], [email, null, null], "whom it names");
    assert(mail.headers.from.includes(FROM) && mail.headers.subject.length > 10, `from ${mail.headers.from}: ${mail.headers.subject}`);
    assert(mail.headers["message-id"] && mail.headers.date, "it lacks a Message-ID or a date");
    equal([mail.type, Object.keys(mail.parts).sort()], ["multipart/alternative", ["text/html", "text/plain"]], "its parts");
    return mail;
  });
  await need("text and HTML have the same link and code, and the link begins with the public address", async () => {
    const of = (text) => [text.match(/https?:\/\/[^\s"<]*\/confirm\?token=[0-9A-Za-z]+/)?.[0], text.match(/\b\d{6}\b/)?.[0]];
    const [link, code] = of(mail.parts["text/plain"]);
    assert(link?.startsWith(`${server.issuer}/confirm?token=`) && code, `link or code is missing: ${link}`);
    const html = mail.parts["text/html"];
    assert(html.includes(link) && html.includes(code), "the HTML says something else");
    await page.goto(link);
    await Promise.all([page.waitForNavigation(), page.click("#confirm")]);
    await page.goto(`${server.issuer}/account/security`);
    equal(await page.locator(".top-email").innerText(), email, "who is signed in");
  });
  // It is tried again after a minute.
  await check("what is to be sent while the mail server is away waits for it", async () => {
    await post.close();
    await person.signOut(server.issuer);
    await page.goto(`${server.issuer}/forgotten`);
    await page.fill("#email", email);
    await Promise.all([page.waitForNavigation(), page.click("#send-link")]);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    post = await PostOffice.open(authority, mailPort);
    const late = await post.next();
    equal(late.recipients, [email], "whom it went to");
    assert(late.parts["text/plain"].includes(`${server.issuer}/reset?token=`), "it is not the mail that was asked for");
  }, { limit: 120_000 });
  await post.close();
  await person.leave();
}

class PostOffice {
  static async open({ cert, key }, port) {
    const directory = scratchDirectory("mail-server");
    const [certificate, secret] = [path.join(directory, "certificate.pem"), path.join(directory, "key.pem")];
    writeFileSync(certificate, cert);
    writeFileSync(secret, key, { mode: 0o600 });
    const office = new PostOffice();
    office.mails = [];
    const args = [path.join(HERE, "clients", "mail_server.py"), String(port), certificate, secret, LOGIN.username, LOGIN.password];
    office.program = new Program("mail-server", PYTHON, args);
    const ready = new Promise((resolve) => office.program.once("ready", resolve));
    office.program.on("mail", (mail) => office.mails.push(mail));
    await within(15_000, "the mail server", ready);
    return office;
  }

  async next() {
    for (let waited = 0; this.mails.length === 0 && waited < 100_000; waited += 100) await new Promise((resolve) => setTimeout(resolve, 100));
    assert(this.mails.length > 0, "no mail came");
    return this.mails.shift();
  }

  close() {
    return this.program.end();
  }
}
