// oidc-provider over SQLite, set up like the Lanyard it is measured beside: opaque tokens, ES256 ID tokens, every refresh rotates,
// and an answer is given when what it says is on the disk (WAL, synchronous=FULL).
//
//   node oidc-provider.mjs PORT DIRECTORY     with BENCH_ISSUER, BENCH_CALLBACK and BENCH_SECRET
import { generateKeyPairSync, randomBytes } from "node:crypto";
import http from "node:http";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Provider } from "oidc-provider";

const [port, directory] = process.argv.slice(2);
const { BENCH_ISSUER: issuer, BENCH_CALLBACK: callback, BENCH_SECRET: secret } = process.env;

const database = new DatabaseSync(path.join(directory, "oidc.db"));
database.exec(`
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA cache_size = -65536;
  PRAGMA wal_autocheckpoint = 8000;
  CREATE TABLE kept (
    model TEXT NOT NULL, id TEXT NOT NULL, payload TEXT NOT NULL, expires_at INTEGER,
    consumed_at INTEGER, grant_id TEXT, uid TEXT,
    PRIMARY KEY (model, id)
  ) WITHOUT ROWID;
  CREATE INDEX kept_grant ON kept (grant_id) WHERE grant_id IS NOT NULL;
  CREATE INDEX kept_uid ON kept (model, uid) WHERE uid IS NOT NULL;
`);

const statements = {
  upsert: database.prepare(`
    INSERT INTO kept (model, id, payload, expires_at, grant_id, uid) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (model, id) DO UPDATE SET payload = excluded.payload, expires_at = excluded.expires_at,
      grant_id = excluded.grant_id, uid = excluded.uid`),
  find: database.prepare("SELECT payload, expires_at, consumed_at FROM kept WHERE model = ? AND id = ?"),
  findByUid: database.prepare("SELECT payload, expires_at, consumed_at FROM kept WHERE model = ? AND uid = ?"),
  consume: database.prepare("UPDATE kept SET consumed_at = ? WHERE model = ? AND id = ?"),
  destroy: database.prepare("DELETE FROM kept WHERE model = ? AND id = ?"),
  revoke: database.prepare("DELETE FROM kept WHERE grant_id = ?"),
};

const seconds = () => Math.floor(Date.now() / 1000);

/** What its documentation asks of an adapter, one statement each. */
class Kept {
  constructor(model) {
    this.model = model;
  }

  async upsert(id, payload, expiresIn) {
    const expiresAt = expiresIn ? seconds() + expiresIn : null;
    statements.upsert.run(this.model, id, JSON.stringify(payload), expiresAt, payload.grantId ?? null, payload.uid ?? null);
  }

  async find(id) {
    return this.#read(statements.find.get(this.model, id));
  }

  async findByUid(uid) {
    return this.#read(statements.findByUid.get(this.model, uid));
  }

  async consume(id) {
    statements.consume.run(seconds(), this.model, id);
  }

  async destroy(id) {
    statements.destroy.run(this.model, id);
  }

  async revokeByGrantId(grantId) {
    statements.revoke.run(grantId);
  }

  #read(row) {
    if (!row || (row.expires_at !== null && row.expires_at <= seconds())) return undefined;
    const payload = JSON.parse(row.payload);
    return row.consumed_at === null ? payload : { ...payload, consumed: row.consumed_at };
  }
}

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
// It refuses a client whose ID tokens would be signed with an algorithm that it has no key for, RS256 by default.
const confidential = { client_secret: secret, token_endpoint_auth_method: "client_secret_basic", id_token_signed_response_alg: "ES256" };

const provider = new Provider(issuer, {
  adapter: Kept,
  clients: [
    {
      client_id: "assistant",
      token_endpoint_auth_method: "none",
      redirect_uris: [callback],
      grant_types: ["authorization_code", "refresh_token"],
      id_token_signed_response_alg: "ES256",
    },
    { client_id: "app", ...confidential, redirect_uris: [callback], grant_types: ["authorization_code", "refresh_token"] },
    { client_id: "service", ...confidential, redirect_uris: [], response_types: [], grant_types: ["client_credentials"], scope: "issues:read" },
    { client_id: "demo-api", ...confidential, redirect_uris: [], response_types: [], grant_types: [] },
  ],
  scopes: ["openid", "offline_access", "issues:read"],
  claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"] },
  findAccount: async (_ctx, id) => ({ accountId: id, claims: async () => ({ sub: id, name: "Pat Person", email: id, email_verified: true }) }),
  jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), alg: "ES256", use: "sig", kid: "bench" }] },
  cookies: { keys: [randomBytes(32).toString("hex")] },
  routes: { authorization: "/authorize", introspection: "/introspect", userinfo: "/userinfo", revocation: "/revoke" },
  features: {
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    resourceIndicators: { enabled: false },
    devInteractions: { enabled: true },
  },
  issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed("refresh_token"),
  rotateRefreshToken: true,
  ttl: { AccessToken: 900, ClientCredentials: 900, IdToken: 900, AuthorizationCode: 60, RefreshToken: 30 * 86400, Session: 14 * 86400, Grant: 30 * 86400, Interaction: 3600 },
});
provider.proxy = true;
provider.on("server_error", (_ctx, error) => console.error(error));

const answer = provider.callback();
const server = http.createServer((request, response) => {
  // The proxy that speaks TLS in front of it is the load itself.
  request.headers["x-forwarded-proto"] = "https";
  answer(request, response);
});
server.keepAliveTimeout = 75_000;
server.listen(Number(port), "127.0.0.1");
