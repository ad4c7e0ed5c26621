// The TypeScript MCP SDK, second generation. LANYARD_MCP_ERA=modern negotiates the stateless protocol revision.
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from "@modelcontextprotocol/client";
import { run } from "./assistant.mjs";

const negotiation = process.env.LANYARD_MCP_ERA === "modern" ? { versionNegotiation: { mode: "auto" } } : {};

run({
  open: ({ url, provider }) => ({
    client: new Client({ name: provider.clientMetadata.client_name, version: "1.0.0" }, negotiation),
    transport: new StreamableHTTPClientTransport(new URL(url), { authProvider: provider }),
  }),
  finish: (transport, parameters) => transport.finishAuth(parameters),
  isUnauthorized: (error) => error instanceof UnauthorizedError,
  isStale: () => false,
});
