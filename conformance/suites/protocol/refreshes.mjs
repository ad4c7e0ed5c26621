// Refresh-token families: a retry never signs anyone out, a stale copy ends the family.
import { assert, equal, refusal } from "../../harness/checks.mjs";
import { sleep } from "../../harness/places.mjs";

/** Longer than `tokens.retry_window` of the server with the brief settings. */
const WINDOW_OVER = 5_000;

export async function refreshes({ server, speaker, check }) {
  const { cli, app } = speaker;
  const error = async (body, what) => (await refusal(body, what)).error;

  await check("a repeat within the window gives the same pair, 16 times at once too", async () => {
    const { refresh_token: token } = await speaker.connect(cli);
    const answers = await Promise.all(Array.from({ length: 16 }, () => speaker.refresh(cli, token)));
    equal(new Set(answers.map((each) => `${each.refresh_token} ${each.access_token}`)).size, 1, "distinct pairs");
    assert(answers[0].refresh_token !== token, "it was not rotated");
    assert((await speaker.introspect(answers[0].access_token)).active, "the access token is dead");
  });
  await check("a stale copy after the window ends the family", async () => {
    const { refresh_token: stale } = await speaker.connect(cli);
    const fresh = await speaker.refresh(cli, stale);
    await speaker.introspect(fresh.access_token);
    await sleep(WINDOW_OVER);
    equal(await error(() => speaker.refresh(cli, stale), "the stale copy"), "invalid_grant", "error");
    equal(await error(() => speaker.refresh(cli, fresh.refresh_token), "the head"), "invalid_grant", "error");
    equal(await speaker.introspect(fresh.access_token), { active: false }, "the access token");
  });
  await check("an answer that never arrived is recovered after the window", async () => {
    const { refresh_token: held } = await speaker.connect(cli);
    await speaker.refresh(cli, held);
    await sleep(WINDOW_OVER);
    const recovered = await speaker.refresh(cli, held);
    assert((await speaker.introspect(recovered.access_token)).active, "the access token is dead");
  });
  await check("a wider scope is invalid_scope, another resource invalid_target, and neither costs the connection", async () => {
    const { refresh_token: token } = await speaker.connect(cli, { scope: "issues:read" });
    equal(await error(() => speaker.refresh(cli, token, { scope: "issues:read openid" }), "a wider scope"), "invalid_scope", "error");
    equal(await error(() => speaker.refresh(cli, token, { resource: "https://elsewhere.example/" }), "another resource"), "invalid_target", "error");
    await speaker.refresh(cli, token);
  });
  await check("a narrower scope is given", async () => {
    const { refresh_token: token } = await speaker.connect(cli, { scope: "openid issues:read offline_access" });
    const narrowed = await speaker.refresh(cli, token, { scope: "issues:read" });
    equal((await speaker.introspect(narrowed.access_token)).scope, "issues:read", "scope");
  });
  await check("another client's attempt is refused and costs nothing", async () => {
    const { refresh_token: token } = await speaker.connect(cli);
    equal(await error(() => speaker.refresh(app, token), "another client"), "invalid_grant", "error");
    await speaker.refresh(cli, token);
  });
  await check("a token with a changed character is refused and costs nothing", async () => {
    const { refresh_token: token } = await speaker.connect(cli);
    const changed = token.slice(0, -1) + (token.endsWith("a") ? "b" : "a");
    equal(await error(() => speaker.refresh(cli, changed), "a changed token"), "invalid_grant", "error");
    await speaker.refresh(cli, token);
  });
  await check("an access token is no refresh token, and the other way round", async () => {
    const tokens = await speaker.connect(cli);
    equal(await error(() => speaker.refresh(cli, tokens.access_token), "an access token"), "invalid_grant", "error");
    equal(await withBearer(server.mcpUrl, tokens.refresh_token), 401, "a refresh token at the resource");
  });
}

async function withBearer(url, token) {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return (await fetch(url, { method: "POST", headers, body: "{}" })).status;
}
