/**
 * Which record types, fields and sublists the stand-in knows. Names are those of NetSuite's REST
 * API Browser (Record REST v1, 2026.1); a field that is not here is unknown to the account.
 *
 * kind     text, decimal, amount (rounded to the currency), boolean, date, ref (one of our record
 *          types, checked), anyref (a list this stand-in does not hold; any id is taken), refs
 *          (several, as a collection), enum, opaque (kept as it came)
 * key      the line field by which a sublist finds a line that is there already; none: every line
 *          of a body is a new one
 */
import type { RecordGroup, RecordType } from "./types.ts";

export type FieldKind =
  | "amount"
  | "anyref"
  | "boolean"
  | "date"
  | "decimal"
  | "enum"
  | "opaque"
  | "ref"
  | "refs"
  | "text";

export interface FieldSpec {
  readonly name: string;
  readonly kind: FieldKind;
  readonly group?: RecordGroup;
  /** Allowed ids of an enum. */
  readonly values?: readonly string[];
}

export interface SublistSpec {
  readonly name: string;
  readonly key: string;
  readonly fields: ReadonlyMap<string, FieldSpec>;
}

export interface RecordSpec {
  readonly type: RecordType;
  readonly group: RecordGroup;
  readonly fields: ReadonlyMap<string, FieldSpec>;
  readonly sublists: ReadonlyMap<string, SublistSpec>;
  /** Names that NetSuite computes: accepted and ignored in a body. */
  readonly computed: ReadonlySet<string>;
  /** False: GET only, every write is a missing permission. */
  readonly writable: boolean;
  /** Value of `type` in SuiteQL's transaction table. */
  readonly queryType: string | null;
  readonly label: string;
}

const ACCOUNT_TYPES = [
  "AcctPay",
  "AcctRec",
  "Bank",
  "COGS",
  "CredCard",
  "DeferExpense",
  "DeferRevenue",
  "Equity",
  "Expense",
  "FixedAsset",
  "Income",
  "LongTermLiab",
  "OthAsset",
  "OthCurrAsset",
  "OthCurrLiab",
  "OthExpense",
  "OthIncome",
  "UnbilledRec",
];

function of(kind: FieldKind, ...names: string[]): FieldSpec[] {
  return names.map((name) => ({ name, kind }));
}

function to(group: RecordGroup, ...names: string[]): FieldSpec[] {
  return names.map((name) => ({ name, kind: "ref", group }));
}

function byName(fields: readonly FieldSpec[]): ReadonlyMap<string, FieldSpec> {
  return new Map(fields.map((field) => [field.name.toLowerCase(), field]));
}

function sublist(name: string, key: string, fields: readonly FieldSpec[]): SublistSpec {
  return { name, key, fields: byName(fields) };
}

const COMPUTED = ["id", "links", "refName", "createdDate", "lastModifiedDate", "dateCreated"];

function spec(
  head: Pick<RecordSpec, "group" | "label" | "queryType" | "type"> & { writable?: boolean },
  fields: readonly FieldSpec[],
  sublists: readonly SublistSpec[] = [],
  computed: readonly string[] = [],
): RecordSpec {
  return {
    writable: true,
    ...head,
    fields: byName(fields),
    sublists: new Map(sublists.map((one) => [one.name.toLowerCase(), one])),
    computed: new Set([...COMPUTED, ...computed].map((name) => name.toLowerCase())),
  };
}

const segments = of("anyref", "class", "department", "location");
const transactionBody = [
  ...of("date", "tranDate"),
  ...of("text", "tranId", "memo"),
  ...of("decimal", "exchangeRate"),
  ...to("subsidiary", "subsidiary"),
  ...to("currency", "currency"),
  ...to("period", "postingPeriod"),
  ...of("anyref", "customForm"),
  ...segments,
];
const totals = ["subtotal", "taxTotal", "total", "amountPaid", "amountRemaining", "status"];
const transactionTotals = [...totals, "transactionNumber", "prevDate", "userTotal"];

const salesBody = [
  ...transactionBody,
  ...to("entity", "entity"),
  ...to("account", "account"),
  ...of("text", "otherRefNum", "email"),
  ...of("date", "startDate", "endDate", "taxPointDate"),
  ...of("boolean", "taxDetailsOverride", "taxPointDateOverride", "taxRegOverride", "toBeEmailed"),
  ...of("anyref", "terms", "nexus", "subsidiaryTaxRegNum", "entityTaxRegNum"),
  ...of("opaque", "billingAddress"),
];

const itemSublist = sublist("item", "line", [
  ...of("text", "line", "description", "taxDetailsReference"),
  ...to("item", "item"),
  ...of("decimal", "quantity", "rate"),
  ...of("amount", "amount"),
  ...of("date", "revRecStartDate", "revRecEndDate"),
  ...of("anyref", "price", "units"),
  ...segments,
]);

const NO_KEY = "";

/**
 * SuiteTax's sublist, several lines for one item line (state, county). Its amounts count only with
 * `taxDetailsOverride`: true.
 */
const taxSublist = sublist("taxDetails", NO_KEY, [
  ...of("text", "taxDetailsReference", "taxType", "calcDetail"),
  ...to("taxitem", "taxCode"),
  ...of("amount", "taxBasis", "taxAmount", "netAmount"),
  ...of("decimal", "taxRate"),
]);

/** Keyed by `doc` [doc: "Keyed Sublists"]: the same document again replaces its line. */
const applySublist = sublist("apply", "doc", [
  ...to("transaction", "doc"),
  ...of("boolean", "apply"),
  ...of("amount", "amount"),
  ...of("text", "line"),
]);

const itemBody = [
  ...of("text", "itemId", "displayName", "salesDescription", "description"),
  ...of("boolean", "isInactive", "includeChildren", "isFulfillable"),
  ...to("account", "incomeAccount", "deferredRevenueAccount"),
  ...of("anyref", "taxSchedule", "revenueRecognitionRule", "revRecForecastRule"),
  ...of("anyref", "createRevenuePlansOn", "salesTaxCode", "unitsType"),
  ...segments,
  { name: "subsidiary", kind: "refs", group: "subsidiary" },
] satisfies FieldSpec[];

const customerBody = [
  ...of("text", "entityId", "companyName", "firstName", "lastName", "email", "phone"),
  ...of("text", "comments", "url", "vatRegNumber", "defaultTaxReg"),
  ...of("boolean", "isPerson", "isInactive", "taxable"),
  ...to("subsidiary", "subsidiary"),
  ...to("currency", "currency"),
  ...to("entity", "parent"),
  ...to("account", "receivablesAccount"),
  ...of("anyref", "terms", "category", "customForm", "entityStatus"),
];

const journalLines = sublist("line", "line", [
  ...of("text", "line", "memo"),
  ...to("account", "account"),
  ...of("amount", "debit", "credit"),
  ...to("entity", "entity"),
  ...segments,
]);

const SPECS: readonly RecordSpec[] = [
  spec({ type: "customer", group: "entity", queryType: null, label: "Customer" }, customerBody, [
    sublist("currencyList", "currency", to("currency", "currency")),
    sublist("addressBook", "label", [
      ...of("text", "label"),
      ...of("boolean", "defaultBilling", "defaultShipping"),
      ...of("opaque", "addressBookAddress"),
    ]),
  ]),
  spec({ type: "serviceSaleItem", group: "item", queryType: null, label: "Service" }, itemBody),
  spec(
    { type: "nonInventorySaleItem", group: "item", queryType: null, label: "Non-inventory Item" },
    itemBody,
  ),
  spec(
    { type: "invoice", group: "transaction", queryType: "CustInvc", label: "Invoice" },
    [...salesBody, ...of("date", "dueDate")],
    [itemSublist, taxSublist],
    transactionTotals,
  ),
  spec(
    { type: "creditMemo", group: "transaction", queryType: "CustCred", label: "Credit Memo" },
    salesBody,
    [itemSublist, taxSublist, applySublist],
    [...transactionTotals, "applied", "unapplied"],
  ),
  spec(
    { type: "customerPayment", group: "transaction", queryType: "CustPymt", label: "Payment" },
    [
      ...transactionBody,
      ...to("entity", "customer"),
      ...to("account", "account", "arAcct"),
      ...of("amount", "payment"),
      ...of("boolean", "autoApply", "undepFunds"),
      ...of("text", "checkNumber"),
      ...of("anyref", "paymentMethod", "paymentOption"),
    ],
    [applySublist],
    [...transactionTotals, "applied", "unapplied", "balance"],
  ),
  spec(
    { type: "customerRefund", group: "transaction", queryType: "CustRfnd", label: "Refund" },
    [
      ...transactionBody,
      ...to("entity", "customer"),
      ...to("account", "account", "arAcct"),
      ...of("text", "checkNumber"),
      ...of("anyref", "paymentMethod", "paymentOption"),
    ],
    [applySublist],
    transactionTotals,
  ),
  spec(
    { type: "journalEntry", group: "transaction", queryType: "Journal", label: "Journal" },
    [...transactionBody, ...of("date", "reversalDate"), ...of("boolean", "approved")],
    [journalLines],
    ["approvalStatus", "isReversal", "reversalEntry", "transactionNumber", "createdFrom", "void"],
  ),
  spec({ type: "account", group: "account", queryType: null, label: "Account" }, [
    ...of("text", "acctNumber", "acctName", "description"),
    { name: "acctType", kind: "enum", values: ACCOUNT_TYPES },
    ...to("currency", "currency"),
    ...of("boolean", "isInactive"),
    { name: "subsidiary", kind: "refs", group: "subsidiary" },
  ]),
  // A custom record type as its administrator would have made it [doc: "Using CRUD Operations on
  // Custom Records"]: free-form texts.
  spec(
    {
      type: "customrecord_tieout_ledger",
      group: "custom",
      queryType: null,
      label: "Tieout Ledger",
    },
    [
      ...of("text", "name", "custrecord_tieout_epoch", "custrecord_tieout_instance"),
      ...of("boolean", "isInactive"),
    ],
  ),
  spec(
    {
      type: "subsidiary",
      group: "subsidiary",
      queryType: null,
      label: "Subsidiary",
      writable: false,
    },
    [
      ...of("text", "name", "country"),
      ...to("currency", "currency"),
      ...of("boolean", "isInactive"),
    ],
  ),
  spec(
    { type: "currency", group: "currency", queryType: null, label: "Currency", writable: false },
    [
      ...of("text", "name", "symbol"),
      { name: "currencyPrecision", kind: "enum", values: ["0", "2"] },
      ...of("boolean", "isInactive"),
    ],
  ),
  spec(
    {
      type: "accountingPeriod",
      group: "period",
      queryType: null,
      label: "Accounting Period",
      writable: false,
    },
    [
      ...of("text", "periodName"),
      ...of("date", "startDate", "endDate"),
      ...of("boolean", "closed", "arLocked", "apLocked", "allLocked"),
      ...of("boolean", "isAdjust", "isYear", "isQuarter"),
    ],
  ),
  spec(
    { type: "salesTaxItem", group: "taxitem", queryType: null, label: "Tax Code", writable: false },
    [...of("text", "itemId"), ...of("decimal", "rate"), ...to("account", "taxAccount")],
  ),
];

const SPECS_BY_TYPE = new Map<string, RecordSpec>(
  SPECS.map((one) => [one.type.toLowerCase(), one]),
);

/** The spec of a record type; record type names in paths are case-insensitive [mem]. */
export function findSpec(type: string): RecordSpec | undefined {
  return SPECS_BY_TYPE.get(type.toLowerCase());
}

/** The spec of a known type. */
export function specOf(type: RecordType): RecordSpec {
  const found = SPECS_BY_TYPE.get(type.toLowerCase());
  if (found === undefined) throw new Error(`no spec for ${type}`);
  return found;
}

export const TRANSACTION_SPECS: readonly RecordSpec[] = SPECS.filter(
  (one) => one.group === "transaction",
);
