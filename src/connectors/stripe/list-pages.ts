import type { JsonObject } from "../kit/json-read.ts";
import { asObject, readBoolean, readList, readText } from "../kit/json-read.ts";
import type { StripeApi } from "./api.ts";
import { stripeErrors } from "./errors.ts";

const PAGE = 100;

/** Lines of one document that we are ready to hold. Stripe documents no limit of its own. */
export const MOST_LINES = 20_000;

/**
 * All objects of a list of Stripe, in its own order, page by page with `starting_after`. Undefined
 * when there are more than `limit`. `path` may have a query already.
 */
export async function listWhole(
  api: StripeApi,
  path: string,
  limit: number,
  version?: string,
): Promise<readonly JsonObject[] | undefined> {
  const found: JsonObject[] = [];
  const joint = path.includes("?") ? "&" : "?";
  let after = "";
  for (;;) {
    const cursor = after === "" ? "" : `&starting_after=${encodeURIComponent(after)}`;
    const asked = `${path}${joint}limit=${PAGE}${cursor}`;
    const page = await api.get(asked, version);
    if (page === undefined) throw answerError(path, "the list is missing");
    const items = readList(page, "data", path).map((item) => asObject(item, path));
    found.push(...items);
    if (!readBoolean(page, "has_more", path)) return found.length > limit ? undefined : found;
    const last = items.at(-1);
    if (last === undefined) throw answerError(path, "a page is empty and says there is more");
    if (found.length >= limit) return undefined;
    after = readText(last, "id", path);
  }
}

function answerError(path: string, reason: string): Error {
  return stripeErrors.E_STRIPE_ANSWER({ path, reason });
}
