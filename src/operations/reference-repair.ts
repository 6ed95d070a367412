/**
 * What choosing another reference would do: which handoffs would be sent again, and with which
 * request. The requests are built by the code that sends, with the chosen id in the place of the
 * linked one; the plan that is shown, proposed, approved and done is this one.
 *
 * reference   an object that a document names: its customer, its products
 * link        under which id the target has the object
 * choice      the id that two people say it shall have there
 */
import { z } from "zod";
import type { CallTarget } from "../connectors/kit/target.ts";
import { parseObjectKey } from "../contracts/envelope.ts";
import type { Material } from "../engine/lanes/build-attempts.ts";
import { buildSend } from "../engine/lanes/build-attempts.ts";
import { callKeyOf } from "../engine/lanes/call-key.ts";
import { canonicalJson } from "../kernel/canonical-json.ts";
import { hex } from "../kernel/hex.ts";
import type { Json } from "../kernel/strict-json.ts";
import { findHolder, findLinks } from "../store/choose-link.ts";
import type { ClaimedHandoff } from "../store/claim-handoffs.ts";
import type { Session } from "../store/database.ts";
import { findSendable } from "../store/find-sendable.ts";
import type { ClaimedEvent } from "../store/read-claimed.ts";
import { readClaimedEvents, readLastSends, readLinks } from "../store/read-claimed.ts";
import type { RepairCandidate } from "../store/repair-handoffs.ts";
import { findRepairCandidates } from "../store/repair-handoffs.ts";
import { operationsErrors } from "./errors.ts";
import { nameOf } from "./explain-wait.ts";
import type { OperationContext } from "./operation.ts";
import type { RepairStep } from "./plan-repair.ts";
import { planRepair, sumOf } from "./plan-repair.ts";
import { idOf, moneyList, moneyWire, uuidOf, wireOf } from "./values.ts";

export const REPAIR = "repair-reference";

/** So many cases of a cause at most; the rest is retried once the reference stands. */
const MOST = 500;

/** Whose a document is and what it settles is corrected in its source, never here. */
const CHOOSABLE: ReadonlySet<string> = new Set(["product", "price"]);

/** Whether people may choose the id of such an object, and why not. */
export function whyFixed(object: string): string | undefined {
  const { entity } = parseObjectKey(object);
  if (CHOOSABLE.has(entity)) return undefined;
  return `a ${entity} is corrected in its source, so that no document changes hands here`;
}

export const repairContent = z.strictObject({
  exception: z.string(),
  title: z.string(),
  target: z.string(),
  object: z.string(),
  name: z.string(),
  /** The id it has there now; absent where it has none. */
  from: z.string().optional(),
  to: z.string(),
  /** What else of ours has that id there; absent where we know of nothing. */
  toName: z.string().optional(),
  /** What would be sent again. */
  handoffs: z.array(z.string()),
  /** Over the requests of all of them. */
  requestsHash: z.string(),
  money: moneyList,
  legalEntity: z.string().optional(),
  amount: moneyWire.optional(),
  reasonCode: z.literal("reference-repaired"),
  note: z.string().optional(),
});

export type RepairContent = z.infer<typeof repairContent>;

export interface PlannedSend {
  readonly step: RepairStep;
  readonly handoff: ClaimedHandoff;
  /** The request that would leave; absent where it is not sent. */
  readonly call: Json | undefined;
  /** The request that left last. */
  readonly before: Json | undefined;
  /** Why it is not sent. */
  readonly why: string | undefined;
}

export interface ReferencePlan {
  readonly first: RepairCandidate;
  readonly from: string | undefined;
  readonly name: string;
  readonly toName: string | undefined;
  readonly sends: readonly PlannedSend[];
  /** Cases of the cause that are beyond this plan. */
  readonly more: number;
}

export interface Choice {
  readonly exception: string;
  readonly object: string;
  readonly to: string;
  /** Only these handoffs, as they were proposed; all of the cause when absent. */
  readonly only?: ReadonlySet<string>;
}

const utf8 = new TextDecoder();

/** Throws E_OPERATIONS_NOTHING_TO_REPAIR and E_OPERATIONS_REFERENCE. */
export async function planReference(
  context: OperationContext,
  session: Session,
  choice: Choice,
  lock: boolean,
): Promise<ReferencePlan> {
  const { first: found, target } = await findRepairable(context, session, choice.exception);
  refuseFixed(choice);
  const all = await findRepairCandidates(session, { cause: found.cause }, lock);
  // It was found without a lock: who held it may have settled it.
  const first = all.find((one) => one.case_id === found.case_id);
  if (first === undefined) {
    throw operationsErrors.E_OPERATIONS_NOTHING_TO_REPAIR({ what: choice.exception });
  }
  const meant = all.filter(
    ({ handoff_id: id, target: where }) =>
      id !== null &&
      where === target.connection &&
      (choice.only === undefined || choice.only.has(idOf("handoff", id))),
  );
  const near = [first, ...meant.filter((one) => one.case_id !== first.case_id)].slice(0, MOST);
  const handoffs = await findSendable(session, near.map(handoffOf));
  const events = await readClaimedEvents(
    session,
    context.keyring,
    context.hasher,
    handoffs.map((one) => one.event_id),
  );
  const naming = handoffs.filter((one) => names(events.get(one.event_id), choice.object));
  if (!naming.some((one) => one.id === first.handoff_id)) {
    const why = "its document does not name it";
    const { object, exception } = choice;
    throw operationsErrors.E_OPERATIONS_REFERENCE({ object, exception, why });
  }
  const material = await materialOf(context, session, { handoffs: naming, events }, choice);
  const steps = new Map(near.map((one) => [handoffOf(one), planRepair(one)]));
  const sends = naming.map((handoff) =>
    planOne(context, { handoff, target, material, step: steps.get(handoff.id) as RepairStep }),
  );
  const [known] = await findLinks(session, target.connection, [choice.object]);
  const holder = await findHolder(session, target.connection, choice.to, choice.object);
  const { object } = choice;
  const told = {
    from: known?.external_id,
    name: known?.name ?? nameOf(object),
    toName: holder === undefined ? undefined : (holder.name ?? nameOf(holder.object)),
  };
  return { first, ...told, sends, more: Math.max(0, meant.length - MOST) };
}

function refuseFixed({ object, exception }: Choice): void {
  const why = whyFixed(object);
  if (why !== undefined) throw operationsErrors.E_OPERATIONS_REFERENCE({ object, exception, why });
}

function handoffOf({ handoff_id: id }: RepairCandidate): string {
  return id ?? "";
}

/** The open case, and the target whose references can be chosen. Throws E_OPERATIONS_*. */
export async function findRepairable(
  context: OperationContext,
  session: Session,
  id: string,
): Promise<{ first: RepairCandidate; target: CallTarget }> {
  const ids = [uuidOf("exception", id)];
  const [first] = await findRepairCandidates(session, { ids }, false);
  if (first === undefined) throw operationsErrors.E_OPERATIONS_NOTHING_TO_REPAIR({ what: id });
  const target = context.targets.get(first.target ?? "");
  if (first.kind !== "handoff" || first.handoff_id === null || target?.kind !== "call") {
    const state = "about nothing that is sent one by one";
    throw operationsErrors.E_OPERATIONS_STATE({ subject: id, state, operation: REPAIR });
  }
  return { first, target };
}

export function referencesOf(event: ClaimedEvent | undefined): { role: string; key: string }[] {
  return event === undefined ? [] : (JSON.parse(event.refs) as { role: string; key: string }[]);
}

function names(event: ClaimedEvent | undefined, object: string): boolean {
  return referencesOf(event).some(({ key }) => key === object);
}

interface Claimed {
  readonly handoffs: readonly ClaimedHandoff[];
  readonly events: ReadonlyMap<string, ClaimedEvent>;
}

async function materialOf(
  context: OperationContext,
  session: Session,
  { handoffs, events }: Claimed,
  { object, to }: Choice,
): Promise<Material> {
  const { keyring } = context;
  const wanted = handoffs.flatMap(({ target, event_id: id }) => {
    const event = events.get(id);
    const keys = [event?.subject ?? "", ...referencesOf(event).map(({ key }) => key)];
    return keys.map((key) => ({ target, key }));
  });
  const links = await readLinks(
    session,
    wanted.map((one) => one.target),
    wanted.map((one) => one.key),
  );
  for (const { target } of handoffs) links.set(`${target}\n${object}`, to);
  const lastSends = await readLastSends(
    session,
    keyring,
    handoffs.map(({ id }) => id),
  );
  const { digest } = await keyring.secrets();
  return { events, links, lastSends, callKey: await callKeyOf(context), digest };
}

interface OneSend {
  readonly handoff: ClaimedHandoff;
  readonly target: CallTarget;
  readonly material: Material;
  readonly step: RepairStep;
}

function planOne(context: OperationContext, one: OneSend): PlannedSend {
  const { handoff, target, material, step } = one;
  const last = material.lastSends.get(handoff.id);
  const before = last === undefined ? undefined : (JSON.parse(utf8.decode(last.request)) as Json);
  const left = (why: string): PlannedSend => ({ step, handoff, before, call: undefined, why });
  if (step.kind === "leave") return left(step.why);
  if (step.kind === "ask") return left("it may be in the target already: retry it, to ask there");
  const generation = handoff.generation + (step.raiseGeneration ? 1 : 0);
  const built = buildSend(context, { ...handoff, generation }, target, material);
  if (!("call" in built)) return left(built.message);
  const call = built.call as unknown as Json;
  if (before !== undefined && canonicalJson(before) === canonicalJson(call)) {
    return left("its request would be the one that was refused");
  }
  return { step, handoff, before, call, why: undefined };
}

/** What two people agree on. */
export function contentOfPlan(
  context: OperationContext,
  plan: ReferencePlan,
  asked: Choice & { readonly note: string | undefined },
): RepairContent {
  const { first, from, name, toName, sends } = plan;
  const sent = sends.filter((one) => one.call !== undefined);
  const requests = sent.map(({ handoff, call }) => ({ handoff: handoff.id, call }));
  return {
    exception: idOf("exception", first.case_id),
    title: first.title,
    target: first.target ?? "",
    object: asked.object,
    name,
    from,
    to: asked.to,
    toName,
    handoffs: sent.map(({ handoff }) => idOf("handoff", handoff.id)),
    requestsHash: hex(context.hasher.sha256(canonicalJson(requests))),
    money: sumOf(sent.map(({ step }) => step)),
    legalEntity: first.legal_entity ?? undefined,
    amount: wireOf(first.amount_minor, first.currency),
    reasonCode: "reference-repaired",
    note: asked.note,
  };
}
