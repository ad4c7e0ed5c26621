// What the pages gain with JavaScript; everything works without it.
// Uncover a password, copy a text, tell times in the reader's own zone and language.
"use strict";

for (const button of document.querySelectorAll("button[data-uncovers]")) {
  const input = document.getElementById(button.dataset.uncovers);
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
    button.firstChild.textContent = shown ? "Hide" : "Show";
  };
  button.hidden = false;
  button.addEventListener("click", () => show(input.type === "password"));
  // Password managers save what is sent as a password.
  input.form.addEventListener("submit", () => show(false));
}

for (const button of document.querySelectorAll("button[data-copies]")) {
  if (!navigator.clipboard) continue;
  const label = button.firstChild;
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
    label.textContent = "Copied";
    setTimeout(() => { label.textContent = "Copy"; }, 2000);
  });
}

const dateOnly = new Intl.DateTimeFormat(undefined, { dateStyle: "long" });
const toTheMinute = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeStyle: "short" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

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
