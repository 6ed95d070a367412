import { describe, expect, test } from "vitest";
import { redactHeaders, redactText, showsSecret } from "./redact.ts";

describe("redaction", () => {
  test("credential headers keep their names only", () => {
    const headers = { Authorization: "OAuth x", "X-Session-Token": "t", Location: "/a/1" };
    expect(redactHeaders(headers)).toEqual({
      Authorization: "[redacted]",
      "X-Session-Token": "[redacted]",
      Location: "/a/1",
    });
  });

  test("a secret disappears, also percent-encoded; short texts are left alone", () => {
    const secrets = ["s3cr3t/key=", "ab"];
    const text = "key s3cr3t/key= or s3cr3t%2Fkey%3D about";
    expect(redactText(text, secrets)).toBe("key [redacted] or [redacted] about");
    expect(showsSecret(text, secrets)).toBe(true);
    expect(showsSecret("about", secrets)).toBe(false);
  });
});
