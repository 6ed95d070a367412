import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { netsuiteSigner } from "./signing.ts";

const credentials = {
  consumerKey: "consumer-key",
  consumerSecret: "consumer secret/1",
  tokenId: "token-id",
  tokenSecret: "token+secret",
};
const surroundings = {
  clock: { now: () => 1_769_853_600_000, monotonic: () => 0 },
  random: { bytes: (count: number) => new Uint8Array(count).fill(0xab), unit: () => 0.5 },
};
const url =
  "https://1.suitetalk.api.netsuite.com/services/rest/record/v1/invoice/eid:ab" +
  "?replace=item,taxDetails";

function partsOf(header: string): Map<string, string> {
  return new Map(
    header
      .replace(/^OAuth /, "")
      .split(", ")
      .map((part) => {
        const [, name = "", value = ""] = /^(\w+)="([^"]*)"$/.exec(part) ?? [];
        return [name, decodeURIComponent(value)];
      }),
  );
}

describe("signing a call", () => {
  test("the signature is the HMAC-SHA256 of RFC 5849's base string, written out by hand", () => {
    const parts = partsOf(
      netsuiteSigner({ account: "1_sb1", credentials }, surroundings)("put", url),
    );
    const nonce = "ab".repeat(16);
    expect(parts.get("realm")).toBe("1_SB1");
    expect(parts.get("oauth_timestamp")).toBe("1769853600");
    expect(parts.get("oauth_nonce")).toBe(nonce);
    const encode = encodeURIComponent;
    const parameters = [
      "oauth_consumer_key=consumer-key",
      `oauth_nonce=${nonce}`,
      "oauth_signature_method=HMAC-SHA256",
      "oauth_timestamp=1769853600",
      "oauth_token=token-id",
      "oauth_version=1.0",
      `replace=${encode("item,taxDetails")}`,
    ].join("&");
    const base = ["PUT", encode(url.split("?")[0] ?? ""), encode(parameters)].join("&");
    const key = `${encode(credentials.consumerSecret)}&${encode(credentials.tokenSecret)}`;
    const expected = createHmac("sha256", key).update(base).digest("base64");
    expect(parts.get("oauth_signature")).toBe(expected);
  });

  test("no secret stands in the header", () => {
    const header = netsuiteSigner({ account: "1", credentials }, surroundings)("GET", url);
    expect(header).not.toContain("consumer secret");
    expect(header).not.toContain("token+secret");
  });

  test("costs far less than a millisecond", () => {
    const sign = netsuiteSigner({ account: "1", credentials }, surroundings);
    for (let i = 0; i < 200; i += 1) sign("PUT", url);
    // Processor time, for the wall clock of a busy machine says nothing of us.
    const before = process.cpuUsage();
    for (let i = 0; i < 500; i += 1) sign("PUT", url);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 500 / 1000).toBeLessThan(0.5);
  });
});
