import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Company } from "../../test/support/story-company.ts";
import { customer, invoice, openCompany } from "../../test/support/story-company.ts";
import { operations } from "./all-operations.ts";
import { runOperation } from "./operation.ts";

let company: Company;

beforeEach(async () => {
  company = await openCompany();
});

afterEach(() => company.close());

describe("trial balance", () => {
  test("given invoices of which one is booked, then the log's balance and the target's", async () => {
    await company.tell(customer("c1", 0), invoice("1", "c1", 5));
    await company.work();
    await company.tell(
      invoice("2", "c2", 6, "10.50"),
      invoice("3", "c1", 7, "5.00", "invoice.paid"),
    );
    const balance = async (input: { target?: string; entity?: string }) => {
      const found = await runOperation(operations.trialBalance, company.context, input);
      const shown = found.accounts.map(
        (one) => `${one.entity} ${one.account} ${one.balance.amount}`,
      );
      return [found.entries, ...shown];
    };
    expect(await balance({})).toEqual([
      2,
      "US contract-liability -1200.50",
      "US receivable 1200.50",
    ]);
    // The second waits for a customer that nobody told of: it is not in the target's book.
    expect(await balance({ target: "plain" })).toEqual([
      1,
      "US contract-liability -1190.00",
      "US receivable 1190.00",
    ]);
    expect(await balance({ entity: "DE" })).toEqual([0]);
  });
});
