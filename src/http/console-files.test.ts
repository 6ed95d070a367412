/** The served pages, asked for as a browser and as somebody who means harm would ask. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HttpServer } from "./server.ts";
import { openHttpServer } from "./server.ts";

let root: string;
let server: HttpServer;

const report = async () => ({ ok: true, body: {} });

const open = (consoleDir: string): Promise<HttpServer> =>
  openHttpServer({
    host: "127.0.0.1",
    port: 0,
    intake: new Map(),
    health: report,
    ready: report,
    metrics: async () => ({ type: "text/plain", text: "" }),
    consoleDir,
    onError: () => undefined,
  });

beforeAll(async () => {
  root = mkdtempSync(path.join(tmpdir(), "tieout-pages-"));
  const dist = path.join(root, "dist");
  mkdirSync(path.join(dist, "assets"), { recursive: true });
  writeFileSync(path.join(root, "secret.txt"), "not yours");
  writeFileSync(path.join(dist, "index.html"), "<!doctype html><title>tieout</title>");
  writeFileSync(path.join(dist, "mark.svg"), "<svg xmlns='http://www.w3.org/2000/svg'/>");
  writeFileSync(path.join(dist, "assets/index-a1.js"), "export {};");
  writeFileSync(path.join(dist, "assets/index-a1.css"), "a{}");
  writeFileSync(path.join(dist, "assets/index-a1.js.map"), "{}");
  writeFileSync(path.join(dist, "assets/inter.woff2"), "font");
  server = await open(dist);
});

afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

interface Got {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Sends the path as it is: `fetch` would take its dots out. */
function get(asked: string, headers: http.OutgoingHttpHeaders = {}, method = "GET"): Promise<Got> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port: server.port, path: asked, method, headers };
    const request = http.request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
        }),
      );
    });
    request.on("error", reject);
    request.end();
  });
}

describe("the console's files", () => {
  test.each([
    ["/", "text/html; charset=utf-8"],
    ["/queue?case=exc_1", "text/html; charset=utf-8"],
    ["/mark.svg", "image/svg+xml"],
    ["/assets/index-a1.js", "text/javascript; charset=utf-8"],
    ["/assets/index-a1.css", "text/css; charset=utf-8"],
    ["/assets/inter.woff2", "font/woff2"],
  ])(
    "given %s, then it is %s, and no browser may take it for another type",
    async (asked, type) => {
      const { status, headers } = await get(asked);
      expect(status).toBe(200);
      expect(headers["content-type"]).toBe(type);
      expect(headers["x-content-type-options"]).toBe("nosniff");
    },
  );

  test.each([
    "/../secret.txt",
    "/assets/../../secret.txt",
    "/..%2fsecret.txt",
    "/%2e%2e/secret.txt",
    "/%2e%2e%2fsecret.txt",
    "/..\\secret.txt",
    "/..%5csecret.txt",
    "//secret.txt",
    "/assets/index-a1.js.map",
    "/assets/none.js",
    "/secret.txt%00.html",
  ])("given %s, then nothing outside the folder, and nothing unknown, is told", async (asked) => {
    const { status, body } = await get(asked);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(body.toString()).not.toContain("not yours");
  });

  test("given a page, then its policy lets in nothing inline, nothing foreign and no frame", async () => {
    const { headers } = await get("/");
    const policy = String(headers["content-security-policy"]);
    expect(policy.split("; ")).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ]),
    );
    expect(policy).not.toMatch(/unsafe|http|\*/);
    expect(headers["x-frame-options"]).toBe("DENY");
    expect(headers["referrer-policy"]).toBe("no-referrer");
  });

  test("given names that carry a hash, then they are kept for good; a page is asked for each time", async () => {
    const asset = await get("/assets/index-a1.js");
    expect(asset.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    const page = await get("/queue");
    expect(page.headers["cache-control"]).toBe("no-cache");
    const again = await get("/queue", { "if-none-match": page.headers.etag });
    expect(again.status).toBe(304);
    expect(again.body).toHaveLength(0);
    expect((await get("/queue", { "if-none-match": '"other"' })).status).toBe(200);
  });

  test("given a browser that unpacks, then it gets the same packed, and caches know why", async () => {
    const plain = await get("/assets/index-a1.js");
    const packed = await get("/assets/index-a1.js", { "accept-encoding": "gzip, br" });
    expect(packed.headers["content-encoding"]).toBe("gzip");
    expect(packed.headers["vary"]).toBe("accept-encoding");
    expect(gunzipSync(packed.body)).toEqual(plain.body);
    expect(
      (await get("/assets/inter.woff2", { "accept-encoding": "gzip" })).headers,
    ).not.toHaveProperty("content-encoding");
  });

  test("given HEAD, then there are headers and no body; given POST, then there is no such address", async () => {
    const head = await get("/", {}, "HEAD");
    expect(head.status).toBe(200);
    expect(head.body).toHaveLength(0);
    expect((await get("/", {}, "POST")).status).toBe(404);
  });

  test("given a folder where nothing was built, then a page says so and how it is built", async () => {
    const bare = await open(path.join(root, "nothing"));
    const answer = await fetch(`http://127.0.0.1:${bare.port}/queue`);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toContain("npm ci");
    await bare.close();
  });
});
