// What the pages gain with JavaScript; everything works without it.
// Uncover a password, copy a text, print, tell times in the reader's own zone.
"use strict";

for (const button of document.querySelectorAll("button[data-uncovers]")) {
  const input = document.getElementById(button.dataset.uncovers);
  const label = button.firstChild;
  const hidden = label.textContent;
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
    label.textContent = shown ? button.dataset.shown : hidden;
  };
  button.hidden = false;
  button.addEventListener("click", () => show(input.type === "password"));
  // Password managers save what is sent as a password.
  input.form.addEventListener("submit", () => show(false));
}

for (const button of document.querySelectorAll("button[data-copies]")) {
  if (!navigator.clipboard) continue;
  const label = button.firstChild;
  const copy = label.textContent;
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
    label.textContent = button.dataset.copied;
    setTimeout(() => { label.textContent = copy; }, 2000);
  });
}

for (const button of document.querySelectorAll("button[data-prints]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// The page's language, as the reader's part of the world writes it.
const { lang } = document.documentElement;
const locale = navigator.languages.find((each) => each.split("-")[0] === lang) ?? lang;

const dateOnly = new Intl.DateTimeFormat(locale, { dateStyle: "long" });
const toTheMinute = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short" });
const exact = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "long" });
const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });

/** `words` are the server's: of what has just happened it says it best. */
const ago = (at, words) => {
  const seconds = Math.max(0, (Date.now() - at) / 1000);
  if (seconds < 60) return words;
  if (seconds < 3600) return relative.format(-Math.floor(seconds / 60), "minute");
  if (seconds < 86400) return relative.format(-Math.floor(seconds / 3600), "hour");
  if (seconds < 604800) return relative.format(-Math.floor(seconds / 86400), "day");
  return dateOnly.format(at);
};

const forms = { date: (at) => dateOnly.format(at), minute: (at) => toTheMinute.format(at), ago };

for (const time of document.querySelectorAll("time[data-form]")) {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.getTime())) continue;
  time.textContent = forms[time.dataset.form](at, time.textContent);
  time.title = exact.format(at);
  time.lang = exact.resolvedOptions().locale;
}
