// The loopback address at which a desktop client waits for its answer (RFC 8252 §7.3). Listens only while it waits.
import http from "node:http";

/** `answer` resolves with the parameters of the first answer at `redirectUri`; `stop` no longer waits for one. */
export function listenForCallback(redirectUri, limit = 60_000) {
  const { hostname, port, pathname } = new URL(redirectUri);
  const server = http.createServer();
  const stop = () => new Promise((resolve) => server.close(resolve));
  const answer = new Promise((resolve, reject) => {
    const timer = setTimeout(() => stop().then(() => reject(new Error("nobody answered at the callback"))), limit);
    server.on("request", (request, response) => {
      const url = new URL(request.url, redirectUri);
      if (url.pathname !== pathname) return void response.writeHead(404).end();
      response.writeHead(200, { "content-type": "text/plain", connection: "close" }).end("You can close this window.");
      clearTimeout(timer);
      stop().then(() => resolve(url.searchParams));
    });
    server.once("error", reject);
    server.once("close", () => clearTimeout(timer));
    server.listen(Number(port), hostname === "localhost" ? "127.0.0.1" : hostname);
  });
  answer.catch(() => {});
  return { answer, stop };
}
