/** What a stuck document names, and under which id the target has it: where a repair begins. */
import { z } from "zod";
import { parseObjectKey } from "../contracts/envelope.ts";
import type { KnownLink } from "../store/choose-link.ts";
import { findAlike, findLinks } from "../store/choose-link.ts";
import { findSendable } from "../store/find-sendable.ts";
import { readClaimedEvents } from "../store/read-claimed.ts";
import { nameOf } from "./explain-wait.ts";
import { defineOperation } from "./operation.ts";
import { findRepairable, referencesOf, whyFixed } from "./reference-repair.ts";

/** So many objects to choose from, a reference. */
const MOST_ALIKE = 100;

const alikeShape = z.strictObject({
  externalId: z.string(),
  object: z.string(),
  name: z.string(),
});

export const showReferencesOperation = defineOperation({
  name: "show-references",
  summary: "Shows what a stuck document names, and under which id the target has each.",
  permission: "reference.repair",
  input: z.strictObject({ id: z.string().describe("an exception") }),
  output: z.strictObject({
    exception: z.string(),
    target: z.string(),
    references: z.array(
      z.strictObject({
        role: z.string(),
        object: z.string(),
        name: z.string(),
        externalId: z.string().optional(),
        /** Two people chose the id. */
        chosen: z.boolean(),
        /** Why no other id can be chosen here; absent where one can. */
        fixed: z.string().optional(),
        /** What the target has of the same kind. */
        alike: z.array(alikeShape),
      }),
    ),
  }),
  errors: ["E_OPERATIONS_NOT_FOUND", "E_OPERATIONS_NOTHING_TO_REPAIR", "E_OPERATIONS_STATE"],
  run: async (context, { id }) => {
    const { pool } = context;
    const { first, target } = await findRepairable(context, pool, id);
    const handoffs = await findSendable(pool, [first.handoff_id ?? ""]);
    const events = await readClaimedEvents(
      pool,
      context.keyring,
      context.hasher,
      handoffs.map((one) => one.event_id),
    );
    const named = referencesOf(events.get(handoffs[0]?.event_id ?? ""));
    const { connection } = target;
    const known = await findLinks(
      pool,
      connection,
      named.map(({ key }) => key),
    );
    const links = new Map(known.map((one) => [one.object, one]));
    const references = await Promise.all(
      named.map(async ({ role, key }) => {
        const link = links.get(key);
        const fixed = whyFixed(key);
        const { connection: source, entity } = parseObjectKey(key);
        const alike =
          fixed === undefined
            ? await findAlike(pool, connection, { source, entity }, MOST_ALIKE)
            : [];
        return {
          role,
          object: key,
          name: titleOf(key, link),
          externalId: link?.external_id,
          chosen: link?.chosen ?? false,
          fixed,
          alike: alike.filter((one) => one.object !== key).map(showAlike),
        };
      }),
    );
    return { exception: id, target: connection, references };
  },
});

function titleOf(object: string, link: KnownLink | undefined): string {
  return link?.name ?? nameOf(object);
}

function showAlike(one: KnownLink): z.infer<typeof alikeShape> {
  return { externalId: one.external_id, object: one.object, name: titleOf(one.object, one) };
}
