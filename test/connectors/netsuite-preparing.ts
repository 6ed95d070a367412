/** Preparing without a server: what comes out, or what is lacking. */
import type { PreparedCall } from "../../src/connectors/kit/target.ts";
import { prepareCall } from "../../src/connectors/netsuite/prepare.ts";
import type { NetSuiteSettings } from "../../src/connectors/netsuite/settings.ts";
import type { Json } from "../../src/kernel/strict-json.ts";
import type { Given } from "./netsuite-given.ts";
import { contextOf, invoiceData, settingsFor } from "./netsuite-given.ts";

const CREDENTIALS = { consumerKey: "a", consumerSecret: "b", tokenId: "c", tokenSecret: "d" };
export const settings = settingsFor("http://127.0.0.1:1", "1234567", CREDENTIALS);
export const LINKS = { "customer/cus_1": "700", "product/prod_1": "2000" };

export type Fields = { [key: string]: Json };

export function invoiceGiven(over: Fields = {}, given: Partial<Given> = {}): Given {
  return {
    operation: "invoice.post",
    type: "invoice.finalized",
    entity: "invoice",
    id: "in_1",
    data: invoiceData("in_1", over),
    reference: "abcdefghijklmnop",
    links: LINKS,
    ...given,
  };
}

export function prepared(given: Given, with_: NetSuiteSettings = settings): PreparedCall {
  const preparation = prepareCall(contextOf(given), with_);
  if (preparation.ok) return preparation.call;
  throw new Error(`${preparation.lack.code}: ${preparation.lack.message}`);
}

export function lackOf(given: Given, with_: NetSuiteSettings = settings) {
  const preparation = prepareCall(contextOf(given), with_);
  return preparation.ok ? undefined : preparation.lack;
}

export const bodyOf = (call: PreparedCall): Fields => call.body as Fields;

export function policy(change: Partial<NetSuiteSettings["policy"]>): NetSuiteSettings {
  return { ...settings, policy: { ...settings.policy, ...change } };
}
