// Every page in Chromium: pictures into target/pages/, and what holds for all of them; then the keyboard alone, no JavaScript, and the rooms of an organisation and of the administration.
import { inspect, listen, photograph } from "../pages/inspect.mjs";
import { rooms } from "../pages/rooms.mjs";
import { walk } from "../pages/walk.mjs";
import { factors } from "../pages/factors.mjs";
import { keyboard } from "../pages/keyboard.mjs";
import { withoutScripts } from "../pages/without-scripts.mjs";
import { equal } from "../harness/checks.mjs";
import { Speaker } from "./protocol/speaker.mjs";

export const settings = "pages";
export const title = "pages";

export async function run(surroundings) {
  const { server, suite } = surroundings;
  const speaker = await Speaker.discover(server, null);
  const stranger = await registered(speaker);
  await suite("walk", ({ check }) => seen(walk({ ...surroundings, speaker, stranger }), check));
  await suite("factors", (tools) => factors({ ...surroundings, ...tools }));
  await suite("keyboard", (tools) => keyboard({ ...surroundings, ...tools, speaker, stranger }));
  await suite("without JavaScript", (tools) => withoutScripts({ ...surroundings, ...tools, speaker, stranger }));
  await suite("rooms", ({ check }) => seen(rooms({ ...surroundings, speaker, stranger }), check));
  await speaker.close();
}

/** Looks at each stop, and keeps its pictures. */
async function seen(stops, check) {
  for await (const stop of stops) {
    await check(stop.name, async () => {
      const complaints = listen(stop.page);
      await stop.visit();
      await inspect(stop.page);
      await photograph(stop.page, stop.name);
      equal(complaints, [], "the browser's complaints");
      stop.page.removeAllListeners("console").removeAllListeners("pageerror");
    });
  }
}

/** A client that nobody knows, as an assistant registers itself. */
async function registered(speaker) {
  const name = "Wanderer";
  const { client_id } = await speaker.register({
    client_name: name,
    redirect_uris: [speaker.cli.redirectUri],
    grant_types: ["authorization_code", "refresh_token"],
    token_endpoint_auth_method: "none",
  });
  return { ...speaker.cli, name, client: { client_id } };
}
