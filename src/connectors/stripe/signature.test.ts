import { Stripe } from "stripe";
import { describe, expect, it } from "vitest";
import { verifySignature } from "./signature.ts";

const NOW = 1_772_366_400_000;
const SECONDS = NOW / 1000;
const BODY = '{"id":"evt_1","object":"event","note":"Größe"}';
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Signed by the vendor's own library. */
function signed(body: string, secret: string, timestamp = SECONDS): string {
  return Stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp });
}

function verdict(header: string | undefined, body = BODY, secrets = ["whsec_a"]): string {
  const request = { headers: { "stripe-signature": header }, body: bytes(body) };
  const result = verifySignature(request, secrets, 300, NOW);
  return result.ok ? "ok" : result.code;
}

describe("a signature", () => {
  it("of the vendor's library over the bytes received is good", () => {
    expect(verdict(signed(BODY, "whsec_a"))).toBe("ok");
  });

  it("is good under any of two secrets, while one of them is being rolled", () => {
    expect(verdict(signed(BODY, "whsec_b"), BODY, ["whsec_a", "whsec_b"])).toBe("ok");
    const v1 = signed(BODY, "whsec_b").split(",")[1];
    expect(verdict(`${signed(BODY, "whsec_old")},${v1}`, BODY, ["whsec_b"])).toBe("ok");
  });

  it("over the same JSON written again does not fit", () => {
    const rewritten = JSON.stringify(JSON.parse(BODY), null, 2);
    expect(verdict(signed(BODY, "whsec_a"), rewritten)).toBe("E_STRIPE_SIGNATURE_MISMATCH");
  });

  it("with one byte changed, another secret, or another time does not fit", () => {
    const header = signed(BODY, "whsec_a");
    expect(verdict(header, BODY.replace("1", "2"))).toBe("E_STRIPE_SIGNATURE_MISMATCH");
    expect(verdict(header, BODY, ["whsec_b"])).toBe("E_STRIPE_SIGNATURE_MISMATCH");
    expect(verdict(header, BODY, [])).toBe("E_STRIPE_SIGNATURE_MISMATCH");
    const moved = header.replace(`t=${SECONDS}`, `t=${SECONDS + 1}`);
    expect(verdict(moved)).toBe("E_STRIPE_SIGNATURE_MISMATCH");
  });

  it.each([
    [-301, "E_STRIPE_SIGNATURE_STALE"],
    [-300, "ok"],
    [300, "ok"],
    [301, "E_STRIPE_SIGNATURE_STALE"],
  ])("made %i seconds from now is %s", (offset, expected) => {
    expect(verdict(signed(BODY, "whsec_a", SECONDS + offset))).toBe(expected);
  });

  it.each([
    undefined,
    "",
    "t=1",
    "v1=00",
    `t=${SECONDS},v1=`,
    `t=${SECONDS},v1=zz`,
    `t=now,v1=${"0".repeat(64)}`,
    `t=${SECONDS},v0=${"0".repeat(64)}`,
    `t=-5,v1=${"0".repeat(64)}`,
  ])("written as %j is none", (header) => {
    expect(verdict(header)).toBe("E_STRIPE_SIGNATURE_MISSING");
  });

  it("never puts a secret or a signature into its reason", () => {
    const request = { headers: { "stripe-signature": signed(BODY, "x") }, body: bytes(BODY) };
    const result = verifySignature(request, ["whsec_secret"], 300, NOW);
    expect(result.ok ? "" : result.reason).toBe("No signature fits the bytes that were received.");
  });
});
