// An app that only listens: what a browser is sent to when a suite redeems the code by itself.
import http from "node:http";

export class App {
  static async open(port = 0) {
    const app = new App();
    app.server = http.createServer((request, response) => response.writeHead(200, { "content-type": "text/plain" }).end("Thank you."));
    await new Promise((resolve, reject) => app.server.once("error", reject).listen(port, "127.0.0.1", resolve));
    app.port = app.server.address().port;
    return app;
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}
