/** What bookkeepers do in the NetSuite account by hand: before go-live, and to mend a cause. */
import { z } from "zod";
import { isTieoutError } from "../kernel/errors.ts";
import { ARCHIVED_OFFER_NAME } from "./catalog.ts";
import { DEMO_ITEMS, SERVICES_REVENUE, SUBSCRIPTION_REVENUE } from "./netsuite-settings.ts";
import type { SandboxControl } from "./sandbox-control.ts";
import { openControl } from "./sandbox-control.ts";

const items = [
  [DEMO_ITEMS.withoutProduct, "Services without product", SERVICES_REVENUE],
  [DEMO_ITEMS.discount, "Discount", SUBSCRIPTION_REVENUE],
  [DEMO_ITEMS.other, "Other charge", SUBSCRIPTION_REVENUE],
] as const;

const anything = z.unknown();

/** Makes the items that the settings name by id. Before the hub posts; again does nothing. */
export async function prepareNetSuiteAccount(netsuiteUrl: string): Promise<void> {
  await withControl(netsuiteUrl, async (control) => {
    const known = new Set((await itemsOf(control)).map((item) => item.id));
    for (const [id, itemId, incomeAccount] of items) {
      if (known.has(id)) continue;
      const body = { itemId, displayName: itemId, incomeAccount: { id: incomeAccount } };
      await control.ask("POST", "netsuite/records/serviceSaleItem", { id, body }, anything);
    }
  });
}

/** Mends the cause "item …": makes the archived product's item active. False when it is absent. */
export async function reactivateItem(netsuiteUrl: string): Promise<boolean> {
  return withControl(netsuiteUrl, async (control) => {
    const found = (await itemsOf(control)).find(
      (item) => item.body["displayName"] === ARCHIVED_OFFER_NAME,
    );
    if (found === undefined) return false;
    const path = `netsuite/records/serviceSaleItem/${found.id}`;
    await control.ask("PUT", path, { body: { isInactive: false } }, anything);
    return true;
  });
}

/** Shuts or opens an accounting month, `2026-01`. False when the account has no such month. */
export async function closeMonth(
  netsuiteUrl: string,
  month: string,
  closed: boolean,
): Promise<boolean> {
  return withControl(netsuiteUrl, async (control) => {
    try {
      await control.ask("PUT", `netsuite/periods/${month}`, { closed }, anything);
      return true;
    } catch (thrown) {
      if (!isTieoutError(thrown, "E_DEMO_CONTROL_REFUSED")) throw thrown;
      if (thrown.details["status"] !== 404) throw thrown;
      return false;
    }
  });
}

const recordsShape = z.object({
  records: z.array(z.object({ id: z.string(), body: z.record(z.string(), z.unknown()) })),
});

async function itemsOf(control: SandboxControl) {
  const path = "netsuite/records/serviceSaleItem";
  return (await control.ask("GET", path, undefined, recordsShape)).records;
}

async function withControl<T>(url: string, act: (control: SandboxControl) => Promise<T>) {
  const control = openControl(url);
  try {
    return await act(control);
  } finally {
    await control.close();
  }
}
