/**
 * The console's built files, read into memory once: what is not in the map does not exist, so no
 * path can leave the folder. Any address without a dot in its last part is a page of the console's
 * own, which finds its way by the address.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import type { FastifyInstance } from "fastify";
import { addSecurityHeaders } from "./api/security-headers.ts";
import { httpErrors } from "./errors.ts";
import { problem, sendProblem } from "./problem.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};

const SQUEEZED = new Set([".html", ".js", ".css", ".json", ".svg", ".txt"]);

interface KeptFile {
  readonly type: string;
  readonly bytes: Buffer;
  readonly gzip: Buffer | undefined;
  readonly etag: string;
}

/** Undefined when nothing is built there. Files of other kinds (source maps) are not served. */
export function readConsole(folder: string): ReadonlyMap<string, KeptFile> | undefined {
  if (!existsSync(path.join(folder, "index.html"))) return undefined;
  const files = new Map<string, KeptFile>();
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const ending = path.extname(entry.name);
    const type = TYPES[ending];
    if (!entry.isFile() || type === undefined) continue;
    const full = path.join(entry.parentPath, entry.name);
    const bytes = readFileSync(full);
    files.set(`/${path.relative(folder, full).split(path.sep).join("/")}`, {
      type,
      bytes,
      gzip: SQUEEZED.has(ending) ? gzipSync(bytes) : undefined,
      etag: `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`,
    });
  }
  return files;
}

/** Names of built assets carry a hash of their content; a page must be asked for each time. */
function cacheOf(name: string): string {
  return name.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
}

export function addConsole(app: FastifyInstance, folder: string): void {
  const files = readConsole(folder);
  if (files === undefined) {
    sayNothingIsBuilt(app);
    return;
  }
  void app.register((pages, _options, done) => {
    addSecurityHeaders(pages, "page");
    pages.get("/*", (request, reply) => {
      const asked = request.url.split("?")[0] ?? "/";
      const isPage = !(asked.split("/").at(-1) ?? "").includes(".");
      const name = files.has(asked) ? asked : isPage ? "/index.html" : undefined;
      const file = name === undefined ? undefined : files.get(name);
      if (name === undefined || file === undefined) {
        const { code, message } = httpErrors.E_HTTP_ROUTE_UNKNOWN();
        return sendProblem(reply, problem(404, code, message));
      }
      void reply.headers({
        etag: file.etag,
        "cache-control": cacheOf(name),
        vary: "accept-encoding",
      });
      if (request.headers["if-none-match"] === file.etag) return reply.code(304).send();
      const squeezed = (request.headers["accept-encoding"] ?? "").includes("gzip");
      if (squeezed && file.gzip !== undefined) {
        return reply.header("content-encoding", "gzip").type(file.type).send(file.gzip);
      }
      return reply.type(file.type).send(file.bytes);
    });
    done();
  });
}

/** Installed without what builds the pages, a hub runs all the same; whoever looks is told. */
function sayNothingIsBuilt(app: FastifyInstance): void {
  void app.register((pages, _options, done) => {
    addSecurityHeaders(pages, "data");
    pages.get("/*", (_request, reply) => {
      const { code, message } = httpErrors.E_HTTP_CONSOLE_MISSING();
      return sendProblem(reply, problem(404, code, message));
    });
    done();
  });
}
