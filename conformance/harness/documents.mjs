// A web site on loopback https with a certificate of a test authority, as the home of client-id documents. Counts its visitors.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import https from "node:https";
import path from "node:path";
import { scratchDirectory } from "./places.mjs";

/** An authority made for this run, and a certificate for localhost under it. */
export function testAuthority() {
  const directory = scratchDirectory("authority");
  const at = (name) => path.join(directory, name);
  const openssl = (...options) => execFileSync("openssl", options, { stdio: ["ignore", "ignore", "pipe"] });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  openssl("req", "-x509", ...key, "-keyout", at("ca.key"), "-out", at("ca.pem"), "-days", "2", "-subj", "/CN=Lanyard test authority");
  openssl("req", ...key, "-keyout", at("site.key"), "-out", at("site.csr"), "-subj", "/CN=localhost");
  writeFileSync(at("site.ext"), "subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n");
  openssl("x509", "-req", "-in", at("site.csr"), "-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-CAcreateserial", "-out", at("site.pem"), "-days", "2", "-extfile", at("site.ext"));
  return { ca: at("ca.pem"), key: readFileSync(at("site.key")), cert: readFileSync(at("site.pem")) };
}

export class Site {
  /** `pages(origin)` maps a path to `{ status, headers, body }`. */
  static async open({ key, cert }, pages) {
    const site = new Site();
    site.visits = new Map();
    site.server = https.createServer({ key, cert }, (request, response) => {
      site.visits.set(request.url, site.visited(request.url) + 1);
      const { status = 200, headers = {}, body = "" } = site.pages[request.url] ?? { status: 404 };
      response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
    });
    await new Promise((resolve) => site.server.listen(0, "127.0.0.1", resolve));
    site.origin = `https://localhost:${site.server.address().port}`;
    site.pages = pages(site.origin);
    return site;
  }

  visited(page) {
    return this.visits.get(page) ?? 0;
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
