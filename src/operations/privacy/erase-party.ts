/**
 * Erases a party: its key is destroyed, bodies that speak of it give way, it is found by no name
 * any more. What the books need stays: amounts, numbers, dates, references, and that it was erased.
 *
 * The key goes last. Until then a run that broke off can be begun again and still knows whom to
 * look for; afterwards nobody does.
 */
import { z } from "zod";
import { parseObjectKey } from "../../contracts/envelope.ts";
import { contractFor } from "../../contracts/registry.ts";
import { clearData } from "../../store/bodies.ts";
import { destroyKey } from "../../store/data-keys.ts";
import { inTransaction } from "../../store/database.ts";
import { findPlaces } from "../../store/find-party.ts";
import { deletePartyWords } from "../../store/party-words.ts";
import { auditActs } from "../audit-act.ts";
import { operationsErrors } from "../errors.ts";
import type { OperationContext } from "../operation.ts";
import { defineOperation } from "../operation.ts";
import type { BodyPlan } from "./erase-bodies.ts";
import { eraseBodies, planBodies } from "./erase-bodies.ts";
import type { HeldParty } from "./party-data.ts";
import { isSettled, joinParty, readParty } from "./party-data.ts";

const NAME = "erase-party";

const output = z.strictObject({
  done: z.boolean(),
  party: z.string(),
  /** Its key was destroyed before; this run takes out what arrived since. */
  erasedBefore: z.boolean(),
  events: z.number(),
  messages: z.number(),
  requests: z.number(),
  answers: z.number(),
  acts: z.number(),
  /** Warehouses and the like that forget with us. */
  forgetting: z.array(z.string()),
  /** Where the party still is, and nobody but that system's owner can erase it. */
  remains: z.array(z.strictObject({ system: z.string(), documents: z.number().optional() })),
});

export type ErasedParty = z.output<typeof output>;

export const erasePartyOperation = defineOperation({
  name: NAME,
  summary: "Erases the personal data of a party; amounts, numbers and references stay.",
  permission: "privacy.erase",
  input: z.strictObject({
    party: z.string().min(3).max(512).describe("the customer's object key: shop/customer/cus_1"),
    reason: z.string().min(1).max(200).default("asked for by the party"),
    confirm: z.boolean().default(false).describe("do it; without this only the plan is shown"),
  }),
  output,
  errors: ["E_OPERATIONS_NOT_FOUND", "E_OPERATIONS_PARTY_UNSETTLED", "E_STORE_MASTER_KEY"],
  run: async (context, { party, reason, confirm }) => {
    const held = await readParty(context, party);
    const plan = await planBodies(context, held);
    const told = await tell(context, held, plan);
    if (!confirm) return { ...told, done: false };
    refuseUnsettled(held);
    await eraseBodies(context, held, plan);
    await forgetElsewhere(context, held);
    const last = await destroy(context, held, { ...told, reason });
    await eraseLate(context, held, last);
    return { ...told, done: true };
  },
});

/**
 * What came in meanwhile. Another hub may remember the key for two minutes more: what it takes in
 * after this is for the next run. So is what such a handoff sends before it is settled.
 */
async function eraseLate(
  context: OperationContext,
  told: HeldParty,
  last: HeldParty,
): Promise<void> {
  const now = joinParty(last, await readParty(context, last.party));
  const late = { ...now, handoffs: now.handoffs.filter(isSettled) };
  await eraseBodies(context, late, await planBodies(context, late));
  const known = new Set(told.events.map((one) => one.id));
  const events = late.events.filter((one) => !known.has(one.id));
  if (events.length > 0) await forgetElsewhere(context, { ...late, events });
}

/** What is still to be sent needs its data; what is in doubt needs the bytes that were sent. */
function refuseUnsettled({ party, handoffs }: HeldParty): void {
  const open = handoffs.filter((one) => !isSettled(one));
  const [first] = open;
  if (first === undefined) return;
  const example = `${first.object} to ${first.target} is ${first.state}`;
  throw operationsErrors.E_OPERATIONS_PARTY_UNSETTLED({ party, count: open.length, example });
}

type Told = Omit<ErasedParty, "done">;

async function tell(context: OperationContext, held: HeldParty, plan: BodyPlan): Promise<Told> {
  const forgetting = [...context.targets.values()].flatMap((target) =>
    target.forget === undefined ? [] : [target.connection],
  );
  const objects = [...new Set(held.events.map((one) => one.subject))];
  const places = await findPlaces(context.pool, [...new Set([held.party, ...objects])]);
  return {
    party: held.party,
    erasedBefore: held.events.some((one) => one.erased),
    events: held.events.length,
    messages: plan.inbound.length,
    requests: plan.attempts.length,
    answers: plan.outcomes.length,
    acts: plan.audit.length,
    forgetting,
    remains: [
      { system: parseObjectKey(held.party).connection },
      ...places
        .filter(({ target }) => !forgetting.includes(target))
        .map(({ target, documents }) => ({ system: target, documents })),
    ],
  };
}

/** Every event of the party, without its personal fields, to those who keep copies. */
async function forgetElsewhere(context: OperationContext, held: HeldParty): Promise<void> {
  const events = held.events.map(({ id, type, contract_version, subject, data }) => {
    const clear = clearData(data);
    const blank = contractFor(type, contract_version)?.part(clear).clear ?? clear;
    return { id, type, subject, data: blank };
  });
  for (const target of context.targets.values()) await target.forget?.(events);
}

/**
 * Looks again first, for all before took its time: what came meanwhile and is still to be sent
 * needs the key. Returns the party as it was last while the key lived.
 */
async function destroy(
  context: OperationContext,
  before: HeldParty,
  act: Told & { readonly reason: string },
): Promise<HeldParty> {
  const { party } = before;
  const { reason, ...told } = act;
  const last = await inTransaction(context.pool, async (session) => {
    const now = await readParty({ pool: session, keyring: context.keyring }, party);
    refuseUnsettled(now);
    const key = await destroyKey(session, { use: "party", owner: party });
    const words = await deletePartyWords(session, party);
    const after = { ...told, key: key ?? null, words };
    await auditActs(context, session, [
      { operation: NAME, subject: party, before: null, after, reason },
    ]);
    return now;
  });
  context.keyring.forget();
  return joinParty(before, last);
}
