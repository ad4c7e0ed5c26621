// What a person carries beside a password: a device with a passkey, an authenticator app. Owns no page.
import { createHmac } from "node:crypto";
import { sleep } from "./places.mjs";

/** A device that looks at a finger and says yes, in Chromium's own terms. */
export class Device {
  static async of(person) {
    const device = new Device();
    device.cdp = await person.context.newCDPSession(person.page);
    await device.cdp.send("WebAuthn.enable");
    const options = {
      protocol: "ctap2",
      ctap2Version: "ctap2_1",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    };
    const { authenticatorId } = await device.cdp.send("WebAuthn.addVirtualAuthenticator", { options });
    device.authenticatorId = authenticatorId;
    return device;
  }

  /** Whether somebody is there to touch it; a page that offers passkeys by autofill waits for that. */
  async touched(enabled) {
    await this.cdp.send("WebAuthn.setAutomaticPresenceSimulation", { authenticatorId: this.authenticatorId, enabled });
  }

  /** The passkeys in it. */
  async passkeys() {
    const { credentials } = await this.cdp.send("WebAuthn.getCredentials", { authenticatorId: this.authenticatorId });
    return credentials;
  }
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The present step of 30 seconds (RFC 6238). */
const present = () => Math.floor(Date.now() / 30_000);

/** The code that an app shows for this key, typed as the page shows it; `later` counts steps. */
export const code = (key, later = 0) => codeOf(key, present() + later);

/** An app whose every code is another step's: each is good once, and a step early or late is near enough. */
export class AuthenticatorApp {
  constructor(key) {
    this.key = key;
    this.used = 0;
  }

  async code() {
    for (;;) {
      const step = Math.max(this.used + 1, present() - 1);
      if (step <= present()) {
        this.used = step;
        return codeOf(this.key, step);
      }
      await sleep(500);
    }
  }
}

function codeOf(key, at) {
  const bits = [...key.replace(/\s/g, "")].map((one) => ALPHABET.indexOf(one).toString(2).padStart(5, "0")).join("");
  const seed = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(at));
  const mac = createHmac("sha1", seed).update(step).digest();
  const number = mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}
