/**
 * Tryton's books as a picture for the judges, read by the sandbox's own driver. What bears which
 * name there is the connector's choice: the issued number on a sales document (a void's with
 * `-VOID`), "<source> <id>" behind the first word of a move's description.
 */
import { parseMoney } from "../../src/kernel/money.ts";
import type { InvoicePaymentRecord } from "../../src/sandbox/stripe/records.ts";
import type { StripeWorld } from "../../src/sandbox/stripe/world.ts";
import type { SeededCompany } from "../../src/sandbox/tryton/company-spec.ts";
import type { TrytonRow, TrytonRpc } from "../../src/sandbox/tryton/rpc.ts";
import { decimalOf } from "../../src/sandbox/tryton/values.ts";
import type { Books, LiveRecord } from "./books.ts";
import { booksOf } from "./books.ts";
import { recordsOf } from "./oracle.ts";
import { SOURCE, TRYTON_ACCOUNTS } from "./settings.ts";
import type { Written } from "./tryton-wire.ts";

type Application = LiveRecord["applications"][number];

const CURRENCY = "USD";

export async function readTrytonBooks(
  rpc: TrytonRpc,
  seeded: SeededCompany,
  world: StripeWorld,
  written: readonly Written[],
): Promise<Books> {
  const own = ["company", "=", seeded.company];
  const lines = await readLines(rpc, seeded);
  const sales = await rpc.list(
    "account.invoice",
    [own, ["type", "=", "out"]],
    ["number", "reference", "total_amount", "move"],
  );
  const moves = await rpc.list("account.move", [own, ["origin", "=", null]], ["description"]);
  return booksOf("Tryton", [
    ...sales.map((row) => salesOf(row, lines)),
    ...paymentsOf(moves, lines, world),
    ...(await customersOf(rpc, written)),
  ]);
}

/** Lines by the number of their move. */
type Lines = ReadonlyMap<number, readonly TrytonRow[]>;

async function readLines(rpc: TrytonRpc, seeded: SeededCompany): Promise<Lines> {
  const fields = ["move", "account.code", "debit", "credit", "invoice_payment"];
  const rows = await rpc.list("account.move.line", [["move.company", "=", seeded.company]], fields);
  const lines = new Map<number, TrytonRow[]>();
  for (const row of rows) {
    const move = Number(row["move"]);
    lines.set(move, [...(lines.get(move) ?? []), row]);
  }
  return lines;
}

function minorOf(value: unknown): bigint {
  return parseMoney({ amount: decimalOf(value), currency: CURRENCY }).minor;
}

/** Debit above zero, credit below. */
function signedOf(line: TrytonRow): bigint {
  return minorOf(line["debit"]) - minorOf(line["credit"]);
}

/** What of these lines is set against which invoice. */
function applicationsOf(lines: readonly TrytonRow[]): Application[] {
  return lines
    .filter((line) => typeof line["invoice_payment"] === "number")
    .map((line) => ({ doc: String(line["invoice_payment"]), amount: -signedOf(line) }));
}

function recordOf(
  type: string,
  row: TrytonRow,
  over: Partial<LiveRecord> & Pick<LiveRecord, "body">,
): LiveRecord {
  const { id } = row;
  const rest = { sublists: {}, total: 0n, applications: [], history: [] };
  return { type, id: String(id), currency: CURRENCY, ...rest, ...over };
}

function salesOf(row: TrytonRow, lines: Lines): LiveRecord {
  const total = minorOf(row["total_amount"]);
  const credit = total < 0n;
  const number = String(row["number"] ?? `(none, reference ${String(row["reference"])})`);
  return recordOf(credit ? "creditMemo" : "invoice", row, {
    body: { otherRefNum: number.replace(/-VOID$/, "") },
    total: credit ? -total : total,
    applications: applicationsOf(lines.get(Number(row["move"])) ?? []),
  });
}

/**
 * One record for each payment, with what later moves put against invoices. A move that is neither
 * is a record under its own description, which nobody asked for.
 */
function paymentsOf(moves: readonly TrytonRow[], lines: Lines, world: StripeWorld): LiveRecord[] {
  const allocations = new Map(
    recordsOf<InvoicePaymentRecord>(world, "invoice_payment").map((one) => [
      // An allocation is the pair of payment and invoice.
      `${SOURCE} ${String(one.payment_intent)}:${one.invoice}`,
      `${SOURCE} ${String(one.payment_intent)}`,
    ]),
  );
  const later = new Map<string, Application[]>();
  const payments: TrytonRow[] = [];
  for (const move of moves) {
    const payment = allocations.get(nameOf(move));
    if (payment === undefined) payments.push(move);
    else {
      const applied = applicationsOf(lines.get(move.id) ?? []);
      later.set(payment, [...(later.get(payment) ?? []), ...applied]);
    }
  }
  return payments.map((move) => {
    const own = lines.get(move.id) ?? [];
    const memo = nameOf(move);
    const clearing = own.filter((line) => codeOf(line) === TRYTON_ACCOUNTS.clearing);
    return recordOf("customerPayment", move, {
      body: { memo },
      total: clearing.reduce((sum, line) => sum + signedOf(line), 0n),
      applications: [...applicationsOf(own), ...(later.get(memo) ?? [])],
    });
  });
}

/** Behind the reference. */
function nameOf(move: TrytonRow): string {
  return String(move["description"] ?? "").replace(/^\S+ /, "");
}

function codeOf(line: TrytonRow): string {
  return String((line["account."] as { code?: unknown } | undefined)?.code ?? "");
}

/** Parties with an address for mail, which the company itself has none of. */
async function customersOf(rpc: TrytonRpc, written: readonly Written[]): Promise<LiveRecord[]> {
  const mails = await rpc.list(
    "party.contact_mechanism",
    [["type", "=", "email"]],
    ["party", "value", "party.name", "party.code"],
  );
  const addresses = await rpc.list("party.address", [], ["party", "street"]);
  return mails.map((mail) => {
    const party = Number(mail["party"]);
    const own = mail["party."] as { name?: unknown; code?: unknown };
    const addressBook = addresses
      .filter((one) => one["party"] === party)
      .map((one) => ({ street: String(one["street"] ?? "") }));
    const name = String(own.name ?? "");
    return recordOf("customer", mail, {
      id: String(party),
      body: { email: mail["value"], companyName: name },
      sublists: { addressBook },
      history: namesWritten(written, baseOf(name)).map((companyName) => ({ companyName })),
    });
  });
}

/** What stays when a customer moves: `Customer 7` of `Customer 7 (1234)`. */
function baseOf(name: string): string {
  return name.replace(/ \(.*\)$/, "");
}

/** Every name that was written for a customer and carried out, in that order. */
function namesWritten(written: readonly Written[], base: string): string[] {
  return written
    .filter((one) => one.done && one.method.startsWith("model.party.party."))
    .map((one) => String(one.values["name"] ?? ""))
    .filter((name) => baseOf(name) === base);
}
