// What a person carries beside a password: a device with a passkey, an authenticator app. Owns no page.
import { createHmac } from "node:crypto";

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

/** The code that an app shows for this key, typed as the page shows it; `later` counts steps of 30 seconds (RFC 6238). */
export function code(key, later = 0) {
  const bits = [...key.replace(/\s/g, "")].map((one) => ALPHABET.indexOf(one).toString(2).padStart(5, "0")).join("");
  const seed = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
  const mac = createHmac("sha1", seed).update(step).digest();
  const number = mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}
