import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { ignoreRules, knownKinds, ruleOf } from "./rules.ts";

const readme = readFileSync(new URL("./README.md", import.meta.url), "utf8");

/** The kinds that the vendor's own client knows, from its published types. */
function vendorKinds(): string[] {
  let folder = createRequire(import.meta.url).resolve("stripe");
  while (path.basename(folder) !== "stripe") folder = path.dirname(folder);
  const types = path.join(folder, "esm", "resources", "Events.d.ts");
  const found = readFileSync(types, "utf8").matchAll(/type: '([a-z_.]+)';/g);
  return [...new Set([...found].map((match) => match[1] ?? ""))].filter((k) => k.includes("."));
}

describe("the rules", () => {
  it("have one for every kind of event that Stripe's client knows", () => {
    const kinds = vendorKinds();
    expect(kinds.length).toBeGreaterThan(200);
    expect(kinds.filter((kind) => ruleOf(kind) === undefined)).toEqual([]);
  });

  it("never ignore what moves money without a contract", () => {
    const kinds = ["topup.succeeded", "transfer.reversed", "application_fee.created"];
    for (const kind of [
      ...kinds,
      "billing.credit_grant.created",
      "treasury.outbound_payment.posted",
    ])
      expect(ruleOf(kind), kind).toEqual({ money: true });
  });

  it("take a kind before its family, and know no kind by chance", () => {
    expect(ruleOf("treasury.financial_account.created")).toEqual({ ignore: "account-set-up" });
    expect(ruleOf("customer.tax_id.created")).toEqual({ ignore: "registration-by-invoice" });
    for (const kind of ["", "customer", "customer.eaten", "toString", "__proto__.x"])
      expect(ruleOf(kind), kind).toBeUndefined();
  });

  it("are all explained in the README, with their reasons", () => {
    for (const [rule, reason] of Object.entries(ignoreRules)) {
      expect(readme).toContain(`| ${rule} | ${reason} |`);
    }
    for (const [, rule] of knownKinds()) {
      if ("ignore" in rule) expect(Object.keys(ignoreRules)).toContain(rule.ignore);
    }
  });
});
