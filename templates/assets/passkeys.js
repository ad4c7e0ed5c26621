// Passkeys: a form says which challenge it wants; what the browser answers goes back in that form. Where a page offers it, the
// browser shows passkeys while the address is typed, too. Everything else works without this.
"use strict";

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** The challenge, with bytes where it has text. */
const challenge = async (form) => {
  const answer = await fetch(form.dataset.challenge, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  if (!answer.ok) throw new Error(`no challenge: ${answer.status}`);
  const { ceremony, publicKey } = await answer.json();
  publicKey.challenge = bytes(publicKey.challenge);
  if (publicKey.user) publicKey.user.id = bytes(publicKey.user.id);
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    for (const known of publicKey[list] ?? []) known.id = bytes(known.id);
  }
  return { ceremony, publicKey };
};

/** What the browser made, with text where it has bytes. */
const written = (credential) => {
  const { response } = credential;
  const shown = { clientDataJSON: text(response.clientDataJSON) };
  if (response.attestationObject) {
    shown.attestationObject = text(response.attestationObject);
  } else {
    shown.authenticatorData = text(response.authenticatorData);
    shown.signature = text(response.signature);
    shown.userHandle = response.userHandle ? text(response.userHandle) : null;
  }
  const { credProps } = credential.getClientExtensionResults();
  const extensions = credProps ? { credProps } : {};
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response: shown, extensions });
};

const send = (form, ceremony, credential) => {
  form.elements.ceremony.value = ceremony;
  form.elements.credential.value = written(credential);
  form.submit();
};

/** A request that autofill waits with; the browser allows one at a time. */
let waiting;

const ask = async (form) => {
  const trouble = form.querySelector("[data-trouble]");
  const button = form.querySelector("button");
  trouble.hidden = true;
  button.disabled = true;
  waiting?.abort();
  try {
    const { ceremony, publicKey } = await challenge(form);
    send(form, ceremony, await navigator.credentials[form.dataset.passkey]({ publicKey }));
  } catch {
    trouble.hidden = false;
    button.disabled = false;
    button.focus();
    if ("autofill" in form.dataset) offer(form);
  }
};

/** Offers passkeys in the field for the address; anew before the challenge is too old. */
const offer = async (form) => {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  for (;;) {
    const controller = new AbortController();
    waiting = controller;
    let timer;
    try {
      const { ceremony, publicKey } = await challenge(form);
      timer = setTimeout(() => controller.abort("renewed"), 4 * 60 * 1000);
      const { signal } = controller;
      const credential = await navigator.credentials.get({ publicKey, mediation: "conditional", signal });
      return send(form, ceremony, credential);
    } catch {
      if (controller.signal.reason !== "renewed") return;
    } finally {
      clearTimeout(timer);
    }
  }
};

if (window.PublicKeyCredential) {
  for (const note of document.querySelectorAll("[data-without-passkeys]")) note.hidden = true;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      ask(form);
    });
    if ("autofill" in form.dataset) offer(form);
  }
}
