// oidc-provider as a stand-in for Google or Microsoft: whoever types an address is signed in with it.
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { Provider } from "oidc-provider";
import { CLIENT, SECRET } from "./client.mjs";

/** `manyTenants`: where metadata stand for many tenants, whose issuer names none. */
export function openid({ base, issuer, redirectUri, claims, manyTenants }) {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const provider = new Provider(issuer, {
    clients: [{ client_id: CLIENT, client_secret: SECRET, redirect_uris: [redirectUri] }],
    claims: { openid: ["sub", "hd", "tid", "oid"], profile: ["name"], email: ["email", "email_verified"] },
    // As both do: what is asked for stands in the ID token.
    conformIdTokenClaims: false,
    findAccount: async (_ctx, id) => ({
      accountId: id,
      claims: async () => ({ sub: id, name: id.split("@")[0], email: id, email_verified: true, ...claims(id) }),
    }),
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), alg: "RS256", use: "sig", kid: "stand-in" }] },
    cookies: { keys: [randomBytes(32).toString("hex")] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true } },
    ttl: { AccessToken: 60, AuthorizationCode: 60, IdToken: 300, Interaction: 300, Session: 300, Grant: 300 },
  });
  const answer = provider.callback();
  if (!manyTenants) return answer;
  return async (request, response) => {
    const { asked, own, tenant } = manyTenants;
    if (request.url === `${asked}/.well-known/openid-configuration`) {
      const metadata = await (await fetch(`${base}${own}/.well-known/openid-configuration`)).json();
      const body = JSON.stringify({ ...metadata, issuer: metadata.issuer.replace(tenant, "{tenantid}") });
      response.writeHead(200, { "content-type": "application/json" }).end(body);
      return;
    }
    // Mounted below its tenant.
    request.originalUrl = request.url;
    request.url = request.url.startsWith(own) ? request.url.slice(own.length) || "/" : request.url;
    answer(request, response);
  };
}
