/**
 * Token-based authentication: OAuth 1.0a (RFC 5849) with HMAC-SHA256 and a realm, verified for
 * real. Every reason to refuse gives the same answer, as NetSuite does; the reason itself is kept
 * in the access log (`note`), the stand-in's Login Audit Trail.
 *
 * nonce   may be used once per token; kept for as long as its timestamp would pass
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../kernel/clock.ts";
import type { SandboxRequest } from "../kit/message.ts";

export interface TokenCredentials {
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly tokenId: string;
  readonly tokenSecret: string;
}

/** How far an `oauth_timestamp` may be from the server's clock. [mem] five minutes. */
export const TIMESTAMP_WINDOW_MS = 5 * 60_000;

export type SignIn =
  | { readonly ok: true; readonly nonce: string }
  | { readonly ok: false; readonly reason: string };

export interface SignInGate {
  check(request: SandboxRequest): SignIn;
  /** A revoked token is refused until it is restored. */
  revoked: boolean;
  /** Forgets the nonces. */
  clear(): void;
}

const REQUIRED = [
  "realm",
  "oauth_consumer_key",
  "oauth_token",
  "oauth_signature_method",
  "oauth_timestamp",
  "oauth_nonce",
  "oauth_signature",
];

/** A gate for one token of one account; `account` is the realm, compared without regard to case. */
export function createSignInGate(
  account: string,
  credentials: TokenCredentials,
  clock: Clock,
): SignInGate {
  let nonces = new Map<string, number>();
  let cleanedAt = 0;
  const forgetOld = (now: number) => {
    if (now - cleanedAt < TIMESTAMP_WINDOW_MS) return;
    cleanedAt = now;
    nonces = new Map([...nonces].filter(([, until]) => until > now));
  };
  return {
    revoked: false,
    clear: () => nonces.clear(),
    check(request) {
      const params = readHeader(String(request.headers.authorization ?? ""));
      const now = clock.now();
      const reason = params === undefined ? "no OAuth 1.0a header" : fault(params, now);
      if (params === undefined || reason !== undefined) return { ok: false, reason: reason ?? "" };
      if (this.revoked) return { ok: false, reason: "token revoked" };
      if (!signatureFits(request, params, credentials)) {
        return { ok: false, reason: "signature does not fit the request" };
      }
      const nonce = params.get("oauth_nonce") ?? "";
      if ((nonces.get(nonce) ?? 0) > now) return { ok: false, reason: "nonce used before" };
      forgetOld(now);
      nonces.set(nonce, now + 2 * TIMESTAMP_WINDOW_MS);
      return { ok: true, nonce };
    },
  };

  function fault(params: ReadonlyMap<string, string>, now: number): string | undefined {
    const missing = REQUIRED.find((name) => !params.has(name));
    if (missing !== undefined) return `${missing} is missing`;
    if (params.get("realm")?.toLowerCase() !== account.toLowerCase()) return "wrong realm";
    if (params.get("oauth_consumer_key") !== credentials.consumerKey) return "unknown consumer";
    if (params.get("oauth_token") !== credentials.tokenId) return "unknown token";
    if (params.get("oauth_signature_method") !== "HMAC-SHA256") return "not HMAC-SHA256";
    if ((params.get("oauth_version") ?? "1.0") !== "1.0") return "not version 1.0";
    const at = Number(params.get("oauth_timestamp")) * 1000;
    if (!(Math.abs(now - at) <= TIMESTAMP_WINDOW_MS)) return "timestamp outside the window";
    return undefined;
  }
}

/** The parameters of `Authorization: OAuth realm="…", …`, decoded; undefined if it is not that. */
function readHeader(header: string): ReadonlyMap<string, string> | undefined {
  if (!/^OAuth /i.test(header)) return undefined;
  const params = new Map<string, string>();
  for (const part of header.slice(6).split(",")) {
    const found = /^\s*([A-Za-z_]+)="([^"]*)"\s*$/.exec(part);
    if (found === null) return undefined;
    params.set(found[1] ?? "", decode(found[2] ?? ""));
  }
  return params;
}

function signatureFits(
  request: SandboxRequest,
  params: ReadonlyMap<string, string>,
  credentials: TokenCredentials,
): boolean {
  const pairs = [...request.query].concat(
    [...params].filter(([name]) => name !== "realm" && name !== "oauth_signature"),
  );
  const normal = pairs
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join("&");
  const url = `http://${String(request.headers.host ?? "").toLowerCase()}${request.path}`;
  const base = [request.method.toUpperCase(), encode(url), encode(normal)].join("&");
  const key = `${encode(credentials.consumerSecret)}&${encode(credentials.tokenSecret)}`;
  const expected = createHmac("sha256", key).update(base).digest();
  const given = Buffer.from(params.get("oauth_signature") ?? "", "base64");
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** RFC 3986 encoding as RFC 5849, 3.6 asks for it. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
