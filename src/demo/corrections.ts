/** What undoes: voids, credit notes, refunds, disputes, a write-off; and payouts of the rest. */
import { z } from "zod";
import { isTieoutError } from "../kernel/errors.ts";
import { readInvoice } from "./invoices.ts";
import type { Currency } from "./people.ts";
import type { Stage } from "./stage.ts";
import { change, chargeOf, idOf, newestInvoice, plan } from "./stage.ts";
import type { InvoiceShape } from "./stripe-shapes.ts";
import { namedShape } from "./stripe-shapes.ts";

export function planCorrections(stage: Stage): void {
  const invoice = (key: string) => `/v1/invoices/${idOf(stage, `invoice-${key}`)}`;
  planVoid(stage, "wrong");
  plan(stage, stage.at(2, 500), "an invoice is written off", () =>
    change(stage, "write-off", `${invoice("bankrupt")}/mark_uncollectible`, {}),
  );
  planCreditNotes(stage);
  planRefunds(stage);
  planDispute(stage, { subscriber: "disputer", opened: 18, decided: 6, outcome: "lost" });
  planDispute(stage, { subscriber: "mistaken", opened: 17, decided: 4, outcome: "won" });
  for (const daysAgo of [20, 13, 6]) planPayout(stage, daysAgo, "usd", true);
  planPayout(stage, 5, "eur", true);
  planPayout(stage, 3, "jpy", true);
  // The last one is on its way to the bank when the month ends.
  planPayout(stage, 1, "usd", false);
}

export function planVoid(stage: Stage, key: string): void {
  plan(stage, stage.at(20, 500), "an invoice is voided", () =>
    change(stage, `void-${key}`, `/v1/invoices/${idOf(stage, `invoice-${key}`)}/void`, {}),
  );
}

/** Of the invoices "part-credited", "refunded-whole" and "credited-later". */
export function planCreditNotes(stage: Stage): void {
  plan(stage, stage.at(18, 300), "a line is credited before payment", async () => {
    const { id, lines } = await readInvoice(stage, "part-credited");
    await change(stage, "credit-part", "/v1/credit_notes", {
      invoice: id,
      reason: "order_change",
      lines: [{ type: "invoice_line_item", invoice_line_item: lines.data[0]?.id, quantity: 1 }],
    });
  });
  plan(stage, stage.at(17, 300), "the rest of it is paid", () =>
    change(stage, "pay-part", `/v1/invoices/${idOf(stage, "invoice-part-credited")}/pay`, {}),
  );
  plan(stage, stage.at(14, 300), "a whole invoice is credited and refunded", async () => {
    const { id, lines, total } = await readInvoice(stage, "refunded-whole");
    await change(stage, "credit-whole", "/v1/credit_notes", {
      invoice: id,
      reason: "product_unsatisfactory",
      lines: lines.data.map((line) => wholeLine(line)),
      refund_amount: total,
    });
  });
  plan(stage, stage.at(11, 300), "a line is credited to the customer's balance", async () => {
    const { id, lines } = await readInvoice(stage, "credited-later");
    const [line] = lines.data.slice(1);
    if (line === undefined) return;
    await change(stage, "credit-balance", "/v1/credit_notes", {
      invoice: id,
      lines: [wholeLine(line)],
      credit_amount: grossOf(line),
    });
  });
}

type Line = InvoiceShape["lines"]["data"][number];

function wholeLine(line: Line) {
  return {
    type: "invoice_line_item",
    invoice_line_item: line.id,
    quantity: line.quantity ?? undefined,
  };
}

/** With its discount and its exclusive tax. */
function grossOf(line: Line): number {
  const off = line.discount_amounts.reduce((sum, one) => sum + one.amount, 0);
  return line.amount - off + line.taxes.reduce((sum, one) => sum + one.amount, 0);
}

function planRefunds(stage: Stage): void {
  plan(stage, stage.at(13, 120), "a part is refunded without a credit note", async () => {
    const { id } = await newestInvoice(stage, "sub-refunded");
    const charge = await chargeOf(stage, id);
    await change(stage, "refund-part", "/v1/refunds", {
      charge,
      amount: 3900,
      reason: "requested_by_customer",
    });
  });
}

interface Dispute {
  readonly subscriber: string;
  readonly opened: number;
  readonly decided: number;
  readonly outcome: "won" | "lost";
}

const disputeShape = namedShape.extend({ status: z.string() });

/** The control plane keeps no keys, so each step looks first whether it happened before. */
function planDispute(stage: Stage, dispute: Dispute): void {
  const { subscriber, outcome } = dispute;
  const find = async () => {
    const { id } = await newestInvoice(stage, `sub-${subscriber}`);
    const charge = await chargeOf(stage, id);
    const known = await stage.stripe.all(`/v1/disputes?charge=${charge}`, disputeShape);
    return { charge, known: known[0] };
  };
  plan(stage, stage.at(dispute.opened, 400), "a charge is disputed", async () => {
    const { charge, known } = await find();
    if (known !== undefined) return;
    await stage.bank.ask("POST", "disputes", { charge, reason: "fraudulent" }, namedShape);
  });
  plan(stage, stage.at(dispute.decided, 400), `the dispute is ${outcome}`, async () => {
    const { known } = await find();
    if (known === undefined || known.status === outcome) return;
    await stage.bank.ask("POST", `disputes/${known.id}/decide`, { outcome }, namedShape);
  });
}

export function planPayout(
  stage: Stage,
  daysAgo: number,
  currency: Currency,
  settle: boolean,
): void {
  plan(stage, stage.at(daysAgo, 700), `payout in ${currency}`, async () => {
    try {
      await stage.bank.ask("POST", "payouts", { currency, settle }, namedShape);
    } catch (thrown) {
      // A story told again finds that everything available by then was paid out the first time.
      if (!isTieoutError(thrown, "E_DEMO_CONTROL_REFUSED")) throw thrown;
      if (!thrown.message.includes("balance_insufficient")) throw thrown;
    }
  });
}
