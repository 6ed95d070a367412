/**
 * The session's cookie and what a request must prove besides.
 *
 * A browser sends the cookie with whatever page asks, so a changing request must also show that
 * our own page made it: a header that only a page which may read our answers can fill (a token
 * derived from the secret: nothing to store, nothing to keep in step), and no sign of a foreign
 * origin. `SameSite=Lax` alone would let a sub-domain through, and old browsers everything.
 */
import type { FastifyRequest } from "fastify";
import { accessErrors } from "../../access/errors.ts";
import type { Hasher } from "../../kernel/hashing.ts";

/** `__Host-` makes browsers refuse it from a sub-domain or over plain HTTP; it needs HTTPS. */
export function cookieName(secure: boolean): string {
  return secure ? "__Host-tieout" : "tieout";
}

export function readCookie(request: FastifyRequest, name: string): string | undefined {
  for (const part of (request.headers.cookie ?? "").split(";")) {
    const at = part.indexOf("=");
    if (at > 0 && part.slice(0, at).trim() === name) {
      const value = part.slice(at + 1).trim();
      return /^[A-Za-z0-9_-]{1,200}$/.test(value) ? value : undefined;
    }
  }
  return undefined;
}

export function setCookie(name: string, value: string, secure: boolean, seconds?: number): string {
  const age = seconds === undefined ? "" : `; Max-Age=${seconds}`;
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}${age}`;
}

export const CSRF_HEADER = "x-tieout-csrf";

/** Says nothing about the secret, and is another one for each session. */
export function csrfOf(hasher: Hasher, secret: string): string {
  return Buffer.from(hasher.sha256(`csrf ${secret}`)).toString("base64url");
}

/** Throws E_ACCESS_CSRF unless our own page asks. `secret`: undefined before there is a session. */
export function demandOwnPage(
  request: FastifyRequest,
  hasher: Hasher,
  secret: string | undefined,
): void {
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    throw accessErrors.E_ACCESS_CSRF({ reason: `another site asks (${String(site)})` });
  }
  const { origin, host } = request.headers;
  if (origin !== undefined && hostOf(origin) !== host) {
    throw accessErrors.E_ACCESS_CSRF({ reason: "its origin is another one" });
  }
  if (secret === undefined) return;
  const given = request.headers[CSRF_HEADER];
  // Both are hashes: comparing them tells an attacker nothing that he could go on from.
  if (given !== csrfOf(hasher, secret)) {
    throw accessErrors.E_ACCESS_CSRF({ reason: `the header ${CSRF_HEADER} is missing or old` });
  }
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}
