// Introspection, revocation, userinfo: who may ask, and what they hear.
import * as oauth from "oauth4webapi";
import { assert, equal } from "../../harness/checks.mjs";

export async function tokens({ server, speaker, person, check }) {
  const { as, cli, app } = speaker;
  const { client_id: resourceId, client_secret: resourceSecret } = server.resourceServer;

  await check("introspection by Basic and by POST says the same", async () => {
    const { access_token: token } = await speaker.connect(cli);
    const basic = await speaker.introspect(token);
    equal(await speaker.introspect(token, oauth.ClientSecretPost(resourceSecret)), basic, "answer");
  });
  await check("introspection is for resource servers", async () => {
    const { access_token: token } = await speaker.connect(cli);
    for (const form of [{ token }, { token, client_id: resourceId }, { token, client_id: resourceId, client_secret: "wrong" }, { token, client_id: "demo-cli" }]) {
      const answer = await speaker.post(as.introspection_endpoint, form);
      const { active } = await answer.json();
      assert(answer.status === 401 || answer.status === 403 || active === false, `${Object.keys(form)} was told: ${answer.status}`);
      assert(active !== true, "it was told");
    }
  });
  await check("garbage, refresh tokens and other audiences' tokens are just inactive", async () => {
    const { refresh_token: refresh } = await speaker.connect(cli);
    const { access_token: identity } = await speaker.connect(app, { scope: "openid", resource: null });
    for (const token of ["garbage", refresh, identity, "lyd_at_", `lyd_at_${"A".repeat(80)}`]) {
      equal(await speaker.introspect(token), { active: false }, "answer");
    }
  });
  await check("revoking an access token ends it at once", async () => {
    const { access_token: token } = await speaker.connect(cli);
    await speaker.revoke(cli, token);
    equal(await speaker.introspect(token), { active: false }, "answer");
  });
  await check("revoking a refresh token, an old one too, ends everything of its sign-in", async () => {
    const first = await speaker.connect(cli);
    const second = await speaker.refresh(cli, first.refresh_token);
    await speaker.revoke(cli, first.refresh_token);
    for (const token of [first.access_token, second.access_token]) equal(await speaker.introspect(token), { active: false }, "answer");
  });
  await check("revoking what nobody knows, or what is another's, changes nothing", async () => {
    const { access_token: token } = await speaker.connect(cli);
    await speaker.revoke(cli, "garbage");
    await speaker.post(as.revocation_endpoint, { token, client_id: "demo-app", client_secret: app.secret });
    equal((await speaker.introspect(token)).active, true, "active");
  });
  await check("userinfo by GET and by POST, and only with openid", async () => {
    const scope = "openid profile email";
    const { access_token: token } = await speaker.connect(app, { scope, resource: null });
    const answers = await Promise.all(["GET", "POST"].map(async (method) => {
      const answer = await fetch(as.userinfo_endpoint, { method, headers: { authorization: `Bearer ${token}` } });
      return [answer.status, await answer.json()];
    }));
    equal(answers[0], answers[1], "GET and POST");
    equal([answers[0][0], answers[0][1].email], [200, person.account.email], "answer");
    const { access_token: other } = await speaker.connect(cli, { scope: "issues:read" });
    const refused = await fetch(as.userinfo_endpoint, { headers: { authorization: `Bearer ${other}` } });
    assert(refused.status === 401 || refused.status === 403, `without openid it answers ${refused.status}`);
    assert(refused.headers.get("www-authenticate")?.startsWith("Bearer"), "no challenge");
  });
  await check("a token in the query is no token", async () => {
    const { access_token: token } = await speaker.connect(app, { scope: "openid", resource: null });
    const { status } = await fetch(`${as.userinfo_endpoint}?access_token=${token}`);
    assert(status === 400 || status === 401, `it answers ${status}`);
  });
}
