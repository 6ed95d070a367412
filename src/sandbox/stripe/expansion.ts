/** `expand[]`: an id in a rendering replaced by the object it names, as deep as the path says. */
import type { AnyRecord, Kind } from "./records.ts";
import type { Json } from "./render/parts.ts";

const KIND_OF_PREFIX: Readonly<Record<string, Kind>> = {
  cus: "customer",
  prod: "product",
  price: "price",
  in: "invoice",
  ii: "invoiceitem",
  sub: "subscription",
  pi: "payment_intent",
  ch: "charge",
  re: "refund",
  du: "dispute",
  cn: "credit_note",
  po: "payout",
  txn: "balance_transaction",
  pm: "payment_method",
  txr: "tax_rate",
  clock: "test_helpers.test_clock",
  cbtxn: "customer_balance_transaction",
};

export interface Expander {
  find(kind: Kind, id: string): AnyRecord | undefined;
  render(record: AnyRecord): Json;
  /** `invoice.payments`, which is a list and only there when asked for. */
  payments(invoice: string): Json;
}

/** Changes the rendering in place; a path that leads nowhere is passed over. */
export function expandPaths(root: Json, paths: readonly string[], expander: Expander): void {
  for (const path of paths) expandAt(root, path.split("."), expander);
}

function expandAt(at: unknown, path: readonly string[], expander: Expander): void {
  const [name, ...rest] = path;
  if (name === undefined || typeof at !== "object" || at === null) return;
  if (Array.isArray(at)) {
    for (const one of at) expandAt(one, path, expander);
    return;
  }
  const object = at as Json;
  if (object["object"] === "invoice" && name === "payments" && object["payments"] === undefined) {
    object["payments"] = expander.payments(String(object["id"]));
  }
  const value = object[name];
  if (typeof value === "string") {
    const kind = KIND_OF_PREFIX[value.slice(0, Math.max(0, value.lastIndexOf("_")))];
    const record = kind === undefined ? undefined : expander.find(kind, value);
    if (record !== undefined) object[name] = expander.render(record);
  }
  expandAt(object[name], rest, expander);
}

/** The `expand` of a parsed form or query. */
export function expandOf(params: Readonly<Record<string, unknown>>): string[] {
  const { expand } = params;
  return Array.isArray(expand) ? expand.filter((path) => typeof path === "string") : [];
}
