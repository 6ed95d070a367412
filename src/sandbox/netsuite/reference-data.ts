/**
 * What the account holds on its first day: subsidiaries, currencies, chart of accounts, tax codes
 * and months. Ids are chosen so that no two kinds happen to agree: a connector that mixes up a
 * subsidiary's id and its currency's must fail here.
 */
import type { AccountSettings, Body, FieldValue, RecordType, StoredRecord } from "./types.ts";

/** 2024-12-31T00:00:00Z, the day the account was set up. */
const SET_UP_AT = 1_735_603_200_000;

export const CURRENCIES = [
  { id: "1", symbol: "USD", name: "US Dollar", digits: 2 },
  { id: "2", symbol: "GBP", name: "British Pound", digits: 2 },
  { id: "4", symbol: "EUR", name: "Euro", digits: 2 },
  { id: "5", symbol: "JPY", name: "Japanese Yen", digits: 0 },
  { id: "6", symbol: "HUF", name: "Hungarian Forint", digits: 2 },
  // Three decimals in ISO 4217, two here: NetSuite has no third.
  { id: "7", symbol: "KWD", name: "Kuwaiti Dinar", digits: 2 },
] as const;

const SUBSIDIARIES = [
  { id: "1", name: "Tieout Demo Inc.", country: "US", currency: "1" },
  { id: "2", name: "Tieout Demo GmbH", country: "DE", currency: "4" },
  { id: "3", name: "Tieout Demo KK", country: "JP", currency: "5" },
];

/** id, number, name, type. */
const ACCOUNTS = [
  ["110", "1000", "Operating Bank", "Bank"],
  ["112", "1050", "Stripe Clearing", "OthCurrAsset"],
  ["113", "1060", "Cash in Transit", "OthCurrAsset"],
  ["116", "1099", "Undeposited Funds", "OthCurrAsset"],
  ["119", "1100", "Accounts Receivable", "AcctRec"],
  ["121", "1150", "Unbilled Receivable", "OthCurrAsset"],
  ["122", "1160", "Dispute Receivable", "OthCurrAsset"],
  ["123", "1190", "Due from Affiliates", "OthCurrAsset"],
  ["130", "2000", "Accounts Payable", "AcctPay"],
  ["131", "2100", "Sales Tax Payable US", "OthCurrLiab"],
  ["132", "2110", "VAT Payable DE", "OthCurrLiab"],
  ["133", "2120", "Consumption Tax Payable JP", "OthCurrLiab"],
  ["135", "2190", "Due to Affiliates", "OthCurrLiab"],
  ["138", "2400", "Deferred Revenue", "DeferRevenue"],
  ["145", "3000", "Retained Earnings", "Equity"],
  ["151", "4000", "Subscription Revenue", "Income"],
  ["152", "4010", "Usage Revenue", "Income"],
  ["153", "4020", "Services Revenue", "Income"],
  ["161", "6000", "Payment Processing Fees", "Expense"],
  ["162", "6100", "Credit Losses", "Expense"],
  ["163", "6200", "Realized Gain/Loss", "OthExpense"],
] as const;

/** Where payments land and where receivables stand when the body does not say. */
export const DEFAULT_RECEIVABLES = "119";
export const UNDEPOSITED_FUNDS = "116";

const TAX_CODES = [
  ["301", "S-US", "7.25", "131"],
  ["302", "E-US", "0", "131"],
  ["303", "S-DE", "19", "132"],
  ["304", "RC-DE", "0", "132"],
  ["305", "S-JP", "10", "133"],
] as const;

export const TAX_CODE_OF_SUBSIDIARY: Readonly<Record<string, string>> = {
  "1": "301",
  "2": "303",
  "3": "305",
};

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const FIRST_PERIOD_ID = 401;
const FIRST_YEAR = 2025;
const YEARS = 3;

/** Settings on the first day: no tax of the account's own, closed periods refuse. */
export const FIRST_SETTINGS: AccountSettings = {
  closedPeriod: "refuse",
  taxRates: {},
  dollarRates: { USD: "1", GBP: "1.27", EUR: "1.08", JPY: "0.0067", HUF: "0.0027", KWD: "3.25" },
};

/** Every record of the first day. */
export function referenceRecords(): StoredRecord[] {
  return [
    ...CURRENCIES.map((one) =>
      seed("currency", one.id, {
        symbol: one.symbol,
        name: one.name,
        currencyPrecision: String(one.digits),
        isInactive: false,
      }),
    ),
    ...SUBSIDIARIES.map(({ id, ...rest }) =>
      seed("subsidiary", id, { ...rest, isInactive: false }),
    ),
    ...ACCOUNTS.map(([id, acctNumber, acctName, acctType]) =>
      seed("account", id, { acctNumber, acctName, acctType, isInactive: false }),
    ),
    ...TAX_CODES.map(([id, itemId, rate, taxAccount]) =>
      seed("salesTaxItem", id, { itemId, rate, taxAccount }),
    ),
    ...periods(),
  ];
}

function periods(): StoredRecord[] {
  return Array.from({ length: YEARS * 12 }, (_, index) => {
    const year = FIRST_YEAR + Math.floor(index / 12);
    const month = index % 12;
    const days = [31, year % 4 === 0 ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month];
    const stem = `${year}-${String(month + 1).padStart(2, "0")}`;
    return seed("accountingPeriod", String(FIRST_PERIOD_ID + index), {
      periodName: `${MONTHS[month]} ${year}`,
      startDate: `${stem}-01`,
      endDate: `${stem}-${days}`,
      closed: false,
      arLocked: false,
      apLocked: false,
      allLocked: false,
      isAdjust: false,
      isYear: false,
      isQuarter: false,
    });
  });
}

function seed(type: RecordType, id: string, body: Record<string, FieldValue>): StoredRecord {
  const frozen: Body = body;
  return {
    type,
    id,
    externalId: null,
    body: frozen,
    sublists: {},
    facts: null,
    createdAt: SET_UP_AT,
    modifiedAt: SET_UP_AT,
  };
}
