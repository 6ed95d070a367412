/**
 * Stripe-Signature: `t=<epoch seconds>,v1=<hex>[,v1=<hex>…][,v0=…]`, each v1 an HMAC-SHA256 of
 * `<t>.<raw body>` under one endpoint secret. While a secret is rolled there are two (vendor:
 * "Verify webhook signatures"). Over the bytes as received: a body that was parsed and written
 * again does not fit, and must not.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { ReceivedRequest, Verification } from "../kit/source.ts";
import { stripeErrors } from "./errors.ts";

type SignatureCode =
  | "E_STRIPE_SIGNATURE_MISSING"
  | "E_STRIPE_SIGNATURE_STALE"
  | "E_STRIPE_SIGNATURE_MISMATCH";

/** More than this in one header is nobody's rotation but somebody's attack. */
const MOST_SIGNATURES = 16;

/**
 * True when any signature fits any secret and its time is within the tolerance on either side.
 * The same reason is given for a wrong secret and changed bytes.
 */
export function verifySignature(
  request: ReceivedRequest,
  secrets: readonly string[],
  toleranceSeconds: number,
  nowMs: number,
): Verification {
  const header = parseHeader(request.headers["stripe-signature"]);
  if (header === undefined) return refused("E_STRIPE_SIGNATURE_MISSING", {});
  if (!fits(header, request.body, secrets)) return refused("E_STRIPE_SIGNATURE_MISMATCH", {});
  // After the signature: the time is only believed once it is known to be Stripe's.
  const seconds = Math.abs(Math.floor(nowMs / 1000) - header.seconds);
  if (seconds > toleranceSeconds) {
    return refused("E_STRIPE_SIGNATURE_STALE", { seconds, tolerance: toleranceSeconds });
  }
  return { ok: true };
}

function refused(code: SignatureCode, details: Record<string, number>): Verification {
  return { ok: false, code, reason: stripeErrors[code](details).message };
}

interface SignatureHeader {
  /** As written; it is part of what was signed. */
  readonly time: string;
  readonly seconds: number;
  readonly signatures: readonly Buffer[];
}

function parseHeader(text: string | undefined): SignatureHeader | undefined {
  if (text === undefined) return undefined;
  let time: string | undefined;
  const signatures: Buffer[] = [];
  for (const part of text.split(",")) {
    const [name, value = ""] = part.trim().split("=", 2);
    if (name === "t" && time === undefined) time = value;
    if (name === "v1" && /^[0-9a-f]{64}$/i.test(value) && signatures.length < MOST_SIGNATURES) {
      signatures.push(Buffer.from(value, "hex"));
    }
  }
  if (time === undefined || !/^\d{1,12}$/.test(time) || signatures.length === 0) return undefined;
  return { time, seconds: Number(time), signatures };
}

function fits(header: SignatureHeader, body: Uint8Array, secrets: readonly string[]): boolean {
  let found = false;
  for (const secret of secrets) {
    const hmac = createHmac("sha256", secret);
    const expected = hmac.update(`${header.time}.`).update(body).digest();
    // No early way out: the time it takes tells nothing about which one fitted.
    for (const signature of header.signatures) {
      if (timingSafeEqual(expected, signature)) found = true;
    }
  }
  return found;
}
