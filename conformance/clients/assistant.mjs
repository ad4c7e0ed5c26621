// What every TypeScript client of the run can be told to do. The SDK is handed in: { open, finish, isUnauthorized, isStale }.
import { serve } from "./conversation.mjs";
import { FileProvider } from "./provider.mjs";
import { sleep } from "../harness/places.mjs";

export function run(sdk) {
  const [options] = process.argv.slice(2).map((text) => JSON.parse(text));
  const provider = new FileProvider(options);
  let connection;

  /** Runs `body`, and once more after a sign-in when the SDK says that one is needed. */
  async function signingIn(transport, body) {
    try {
      return await body();
    } catch (error) {
      if (!sdk.isUnauthorized(error) || !provider.callback) throw error;
      await sdk.finish(transport(), await provider.callbackParameters());
      return await body();
    } finally {
      await provider.abandon();
    }
  }

  async function connect() {
    let transport;
    connection = await signingIn(() => transport, async () => {
      const next = sdk.open({ url: options.url, provider });
      transport ??= next.transport;
      await next.client.connect(next.transport);
      return next;
    });
    return { server: connection.client.getServerVersion()?.name };
  }

  async function call({ tool, arguments: given = {} }) {
    const result = await signingIn(() => connection.transport, () => connection.client.callTool({ name: tool, arguments: given }));
    const text = (result.content ?? []).map((part) => part.text ?? "").join("\n");
    if (result.isError) throw Object.assign(new Error(text), { name: "ToolError" });
    return text;
  }

  /** One call; repeated once when the SDK gave up on a token that a parallel call had just replaced. */
  async function callTwice(parameters) {
    try {
      return { text: await call(parameters), again: false };
    } catch (error) {
      if (!sdk.isStale(error)) throw error;
      return { text: await call(parameters), again: true };
    }
  }

  serve({
    connect,
    call,
    tools: async () => (await connection.client.listTools()).tools.map(({ name, annotations, inputSchema }) => ({ name, annotations, inputSchema })),
    parallel: async ({ count, at, ...parameters }) => {
      if (at) await sleep(at - Date.now());
      return Promise.all(Array.from({ length: count }, () => callTwice(parameters)));
    },
    signIn: ({ allowed }) => {
      provider.maySignIn = allowed;
    },
    close: () => connection?.client.close(),
  });
}
