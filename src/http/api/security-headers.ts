/**
 * Headers of every answer that a browser may show. Nothing from outside is loaded, nothing of ours
 * is framed, and no answer is taken for another type than it says.
 */
import type { FastifyInstance } from "fastify";

/** `styles`: what may style the page; nothing inline but what a hash names. */
export function pagePolicy(styles: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src ${styles}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** Data is never a page. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox";

export function addSecurityHeaders(app: FastifyInstance, kind: "page" | "data"): void {
  const policy = kind === "page" ? pagePolicy("'self'") : DATA_POLICY;
  app.addHook("onRequest", async (_request, reply) => {
    void reply.headers({
      "content-security-policy": policy,
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
      "x-dns-prefetch-control": "off",
    });
    if (kind === "data") void reply.header("cache-control", "no-store");
  });
}
