// A client made of oauth4webapi calls: builds requests, has the person answer them, redeems. Owns no assertion.
import * as oauth from "oauth4webapi";
import { App } from "../../harness/app.mjs";

/** The run speaks plain HTTP to loopback. */
export const INSECURE = { [oauth.allowInsecureRequests]: true };

export class Speaker {
  static async discover(server, person) {
    const issuer = new URL(server.issuer);
    const answer = await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...INSECURE });
    const speaker = new Speaker();
    speaker.listener = await App.open();
    Object.assign(speaker, { server, person, as: await oauth.processDiscoveryResponse(issuer, answer) });
    const { client_secret: secret } = server.client("demo-app");
    speaker.cli = { client: { client_id: "demo-cli" }, auth: oauth.None(), redirectUri: `http://127.0.0.1:${speaker.listener.port}/callback` };
    speaker.app = { client: { client_id: "demo-app" }, auth: oauth.ClientSecretBasic(secret), secret, redirectUri: "http://localhost:3000/callback" };
    return speaker;
  }

  close() {
    return this.listener.close();
  }

  /** An authorization URL of `who`; a parameter that is `null` is left out. */
  async request(who, extra = {}) {
    const verifier = oauth.generateRandomCodeVerifier();
    const parameters = {
      response_type: "code",
      client_id: who.client.client_id,
      redirect_uri: who.redirectUri,
      state: oauth.generateRandomState(),
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      scope: "issues:read offline_access",
      resource: this.server.mcpUrl,
      ...extra,
    };
    const url = new URL(this.as.authorization_endpoint);
    for (const [name, value] of Object.entries(parameters)) if (value !== null) url.searchParams.set(name, value);
    return { url: url.href, state: parameters.state, verifier };
  }

  /** The request, answered in the browser: what came back, state and iss checked, not yet redeemed. */
  async authorize(who, extra = {}, answer = {}) {
    const request = await this.request(who, extra);
    const visit = await this.person.answer(request.url, { redirectUri: who.redirectUri, ...answer });
    const parameters = oauth.validateAuthResponse(this.as, who.client, visit.url, request.state);
    return { ...request, visit, parameters };
  }

  redeem(who, { parameters, verifier }, { redirectUri = who.redirectUri, auth = who.auth, additional } = {}) {
    const options = { ...INSECURE, additionalParameters: additional };
    return oauth.authorizationCodeGrantRequest(this.as, who.client, auth, parameters, redirectUri, verifier, options);
  }

  /** Authorizes and redeems; the token response, checked. */
  async connect(who, extra = {}) {
    const authorized = await this.authorize(who, extra);
    const response = await this.redeem(who, authorized);
    return oauth.processAuthorizationCodeResponse(this.as, who.client, response);
  }

  async refresh(who, token, additional = {}) {
    const options = { ...INSECURE, additionalParameters: additional };
    const response = await oauth.refreshTokenGrantRequest(this.as, who.client, who.auth, token, options);
    return oauth.processRefreshTokenResponse(this.as, who.client, response);
  }

  async introspect(token, auth = oauth.ClientSecretBasic(this.server.resourceServer.client_secret)) {
    const client = { client_id: this.server.resourceServer.client_id };
    const response = await oauth.introspectionRequest(this.as, client, auth, token, INSECURE);
    return oauth.processIntrospectionResponse(this.as, client, response);
  }

  async revoke(who, token) {
    const response = await oauth.revocationRequest(this.as, who.client, who.auth, token, INSECURE);
    return oauth.processRevocationResponse(response);
  }

  async register(metadata) {
    const response = await oauth.dynamicClientRegistrationRequest(this.as, metadata, INSECURE);
    return oauth.processDynamicClientRegistrationResponse(response);
  }

  /** A form sent as it stands, for requests that no library would send. */
  post(url, parameters, headers = {}) {
    return fetch(url, { method: "POST", body: new URLSearchParams(parameters), headers });
  }
}
