// An OAuthClientProvider over one JSON file, as desktop clients keep theirs: read before each use, written at once.
// Both generations of the TypeScript SDK take it.
import { randomUUID } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { announce } from "./conversation.mjs";
import { listenForCallback } from "./callback.mjs";

export class FileProvider {
  constructor({ store, redirectUri, name, documentUrl }) {
    this.store = store;
    this.redirectUrl = redirectUri;
    /** The address of a client-id document, when the client has one; it then need not register. */
    this.clientMetadataUrl = documentUrl;
    /** Whether the person may be sent to a browser; when not, wanting to is an error. */
    this.maySignIn = true;
    this.clientMetadata = {
      client_name: name,
      redirect_uris: [redirectUri],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    };
  }

  #read() {
    try {
      return JSON.parse(readFileSync(this.store, "utf8"));
    } catch {
      return {};
    }
  }

  #write(changes) {
    const next = `${this.store}.${randomUUID()}`;
    writeFileSync(next, JSON.stringify({ ...this.#read(), ...changes }), { mode: 0o600 });
    renameSync(next, this.store);
  }

  clientInformation() {
    return this.#read().client;
  }

  saveClientInformation(client) {
    this.#write({ client });
  }

  tokens() {
    return this.#read().tokens;
  }

  saveTokens(tokens) {
    this.#write({ tokens, expires_at: Date.now() + tokens.expires_in * 1000 });
  }

  state() {
    this.expectedState = randomUUID();
    return this.expectedState;
  }

  saveCodeVerifier(verifier) {
    this.verifier = verifier;
  }

  codeVerifier() {
    return this.verifier;
  }

  discoveryState() {
    return this.discovered;
  }

  saveDiscoveryState(discovered) {
    this.discovered = discovered;
  }

  invalidateCredentials(what) {
    announce({ event: "invalidated", what });
    if (what === "all" || what === "client") this.#write({ client: undefined });
    if (what === "all" || what === "tokens") this.#write({ tokens: undefined });
    if (what === "all" || what === "discovery") this.discovered = undefined;
  }

  async redirectToAuthorization(url) {
    await this.callback?.stop();
    this.callback = undefined;
    if (!this.maySignIn) {
      announce({ event: "refused-to-sign-in" });
      throw new Error("a new sign-in was asked for");
    }
    this.callback = listenForCallback(this.redirectUrl);
    announce({ event: "authorize", url: String(url) });
  }

  /** What came back from the browser, its state checked. */
  async callbackParameters() {
    const parameters = await this.callback.answer;
    this.callback = undefined;
    if (parameters.get("state") !== this.expectedState) throw new Error("state is not ours");
    return parameters;
  }

  /** Gives up on an answer that nobody waits for any more. */
  async abandon() {
    await this.callback?.stop();
    this.callback = undefined;
  }
}
