// The TypeScript MCP SDK, first generation.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport, StreamableHTTPError } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { run } from "./assistant.mjs";

run({
  open: ({ url, provider }) => ({
    client: new Client({ name: provider.clientMetadata.client_name, version: "1.0.0" }),
    transport: new StreamableHTTPClientTransport(new URL(url), { authProvider: provider }),
  }),
  finish: (transport, parameters) => transport.finishAuth(parameters.get("code")),
  isUnauthorized: (error) => error instanceof UnauthorizedError,
  // This generation has one flag for all parallel requests: the second 401 after a finished refresh is thrown, not retried.
  isStale: (error) => error instanceof StreamableHTTPError && error.code === 401,
});
