// The corners of the protocol, spoken by oauth4webapi, which checks every answer for itself.
import { App } from "../harness/app.mjs";
import { Person } from "../harness/person.mjs";
import { Speaker } from "./protocol/speaker.mjs";
import { authorization } from "./protocol/authorization.mjs";
import { codes } from "./protocol/codes.mjs";
import { refreshes } from "./protocol/refreshes.mjs";
import { clients } from "./protocol/clients.mjs";
import { registration } from "./protocol/registration.mjs";
import { tokens } from "./protocol/tokens.mjs";

export const settings = "brief";
export const title = "protocol";

const PARTS = { authorization, codes, refreshes, clients, registration, tokens };

export async function run(surroundings) {
  const { server, browser, relyingPartyPort, suite } = surroundings;
  const app = await App.open(relyingPartyPort);
  for (const [title, part] of Object.entries(PARTS)) {
    await suite(title, async (tools) => {
      const person = await Person.arrive(browser, server.person("member"));
      const speaker = await Speaker.discover(server, person);
      try {
        await part({ ...tools, server, browser, person, speaker });
      } finally {
        await Promise.all([speaker.close(), person.leave()]);
      }
    });
  }
  await app.close();
}
