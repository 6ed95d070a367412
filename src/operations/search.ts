/**
 * Search: every object that a text may mean. An id or a number of any system is an exact key; words
 * are looked for in customers' names, of which each may be cut short.
 */
import { z } from "zod";
import { parseObjectKey } from "../contracts/envelope.ts";
import { askedBeginnings } from "../store/name-words.ts";
import type { FoundObject } from "../store/search-party.ts";
import { describeObjects, findPartyNames, searchParty } from "../store/search-party.ts";
import { nameOf } from "./explain-wait.ts";
import type { OperationContext } from "./operation.ts";
import { defineOperation } from "./operation.ts";
import { poolForBodies } from "./read-bodies.ts";
import { resolveObjects } from "./resolve-story.ts";
import { moneyWire, wireOf } from "./values.ts";

/** Customers of a name, and documents of each. */
const MOST_OF_NAME = 30;

const output = z.strictObject({
  query: z.string(),
  finds: z.array(
    z.strictObject({
      object: z.string(),
      name: z.string(),
      how: z.string(),
      /** Absent for an asker who may not read bodies. */
      customer: z.string().optional(),
      amount: moneyWire.optional(),
      occurredAt: z.string().optional(),
      /** Open ones of the object itself. */
      exceptions: z.number(),
    }),
  ),
  more: z.boolean(),
});

export const searchOperation = defineOperation({
  name: "search",
  summary: "Finds objects by any id of any system, by number, or by words of the customer's name.",
  permission: "story.read",
  input: z.strictObject({
    q: z.string().trim().min(1).max(300).describe("an id, a number, or words of a name"),
    limit: z.coerce.number().int().min(1).max(200).default(30),
  }),
  output,
  errors: [],
  run: async (context, { q, limit }) => {
    const bodies = poolForBodies(context, context.pool);
    const ways = new Map<string, string>();
    const [exact, named] = await Promise.all([
      resolveObjects(context, q),
      bodies === undefined ? [] : byName(context, bodies, q),
    ]);
    for (const { how, object } of exact) ways.set(object, how);
    for (const object of named) if (!ways.has(object)) ways.set(object, "customer’s name");
    const described = await describeObjects(context.pool, [...ways.keys()]);
    const sorted = described.sort((a, b) => compare(a, b, ways)).slice(0, limit);
    // Bodies are read of what is shown, not of everything that a common word names.
    const shown = sorted.map(({ object }) => object);
    const names =
      bodies === undefined ? undefined : await findPartyNames(bodies, context.keyring, shown);
    return {
      query: q,
      finds: sorted.map((one) => ({
        object: one.object,
        name: titleOf(one),
        how: ways.get(one.object) ?? "",
        customer: names?.get(one.object),
        amount: wireOf(one.amount_minor, one.currency),
        occurredAt: one.occurred_at,
        exceptions: one.exceptions,
      })),
      more: described.length > limit,
    };
  },
});

/** Every word must begin a word of the name, in any order; other signs part words. */
async function byName(
  { keyring }: OperationContext,
  pool: OperationContext["pool"],
  text: string,
): Promise<readonly string[]> {
  const words = askedBeginnings(text);
  if (words.length === 0) return [];
  const { blind } = await keyring.secrets();
  return (await searchParty(pool, words.map(blind), MOST_OF_NAME)).map(({ object }) => object);
}

function titleOf({ object, number }: FoundObject): string {
  const entity = parseObjectKey(object).entity.replaceAll("-", " ");
  const name = number === null ? nameOf(object) : `${entity} ${number}`;
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** What was named exactly first; then what needs somebody; then documents, the newest first. */
function compare(a: FoundObject, b: FoundObject, ways: ReadonlyMap<string, string>): number {
  const exact = (one: FoundObject): number => (ways.get(one.object) === "customer’s name" ? 1 : 0);
  const byWay = exact(a) - exact(b);
  if (byWay !== 0) return byWay;
  const byTrouble = Math.sign(b.exceptions) - Math.sign(a.exceptions);
  if (byTrouble !== 0) return byTrouble;
  const byRank = rank(a) - rank(b);
  return byRank !== 0 ? byRank : a.occurred_at < b.occurred_at ? 1 : -1;
}

const ORDER = ["invoice", "credit-memo", "payment", "refund", "payout", "dispute", "customer"];

function rank({ object }: FoundObject): number {
  const at = ORDER.indexOf(parseObjectKey(object).entity);
  return at < 0 ? ORDER.length : at;
}
