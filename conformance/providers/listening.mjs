// Providers on loopback that people sign in with. Their ports are known before the server is, and the server's address before
// they answer: first they listen, then they are told who their client is.
import http from "node:http";
import { CLIENT, SECRET } from "./client.mjs";
import { openid } from "./openid.mjs";
import { github } from "./github.mjs";

/** The tenant that the stand-in for Microsoft speaks for. */
export const TENANT = "11111111-2222-4333-8444-555555555555";

const KINDS = {
  google: (base, redirectUri) => openid({ base, issuer: base, redirectUri, claims: (email) => ({ hd: email.split("@")[1] }) }),
  microsoft: (base, redirectUri) =>
    openid({
      base,
      issuer: `${base}/${TENANT}/v2.0`,
      redirectUri,
      claims: (email) => ({ tid: TENANT, oid: oidOf(email) }),
      manyTenants: { asked: "/common/v2.0", own: `/${TENANT}/v2.0`, tenant: TENANT },
    }),
  github: (base, redirectUri) => github({ base, redirectUri }),
};

/** Somebody's id within the tenant: the same for the same address. */
function oidOf(email) {
  const digits = Buffer.from(email.padEnd(16, ".")).toString("hex").slice(0, 32);
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;
}

export class Providers {
  static async listen() {
    const providers = new Providers();
    providers.all = new Map();
    for (const kind of Object.keys(KINDS)) {
      const one = { answer: (_request, response) => response.writeHead(503).end() };
      one.server = http.createServer((request, response) => one.answer(request, response));
      await new Promise((resolve) => one.server.listen(0, "127.0.0.1", resolve));
      one.base = `http://127.0.0.1:${one.server.address().port}`;
      providers.all.set(kind, one);
    }
    return providers;
  }

  /** What a server must be told, by the names of the environment. */
  settings() {
    const all = [...this.all].map(([kind, { base }]) => {
      const name = `PROVIDERS__${kind.toUpperCase()}`;
      return [[`${name}__BASE_URL`, base], [`${name}__CLIENT_ID`, CLIENT], [`${name}__CLIENT_SECRET`, SECRET]];
    });
    return Object.fromEntries(all.flat());
  }

  /** From now on they answer, for this server. */
  open(issuer) {
    for (const [kind, one] of this.all) one.answer = KINDS[kind](one.base, `${issuer}/upstream/${kind}/callback`);
  }

  close() {
    for (const { server } of this.all.values()) {
      server.closeAllConnections();
      server.close();
    }
  }
}
