// The inbox of a development server, read as a script would.
import { assert } from "./checks.mjs";

/** The next mail to this address, each once; it must come within ten seconds. */
export async function nextMail(server, to) {
  const answer = await fetch(`${server.issuer}/dev/mail/next?to=${encodeURIComponent(to)}&wait=10`);
  assert(answer.status === 200, `no mail to ${to}: ${answer.status}`);
  return answer.json();
}
