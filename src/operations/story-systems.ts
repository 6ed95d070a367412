/** What a story is about, and how it stands in each system. */
import { parseObjectKey } from "../contracts/envelope.ts";
import type { MoneyWire } from "../kernel/money.ts";
import type { DocumentFields, StoryInbound, StoryLink } from "../store/find-story.ts";
import type { ShownEvent } from "./event-shape.ts";
import { nameOf } from "./explain-wait.ts";
import type { OperationContext } from "./operation.ts";
import { withoutOperation } from "./resolve-story.ts";
import type { Story, StoryHandoff, StorySystem } from "./story-shape.ts";

export interface StoryMaterial {
  readonly objects: readonly string[];
  readonly inbounds: readonly StoryInbound[];
  readonly links: readonly StoryLink[];
  /** By event id, as operations show it. */
  readonly fields: ReadonlyMap<string, DocumentFields>;
  readonly shown: Pick<
    Story,
    "events" | "handoffs" | "exceptions" | "links" | "skips" | "deadLetters"
  >;
}

export interface Focus {
  readonly object: string;
  readonly name: string;
  readonly amount: MoneyWire | undefined;
  readonly legalEntity: string | undefined;
}

const DOCUMENTS = ["invoice", "credit-memo", "payment", "refund", "payout", "dispute"];

/** The object that was asked for; where that was a whole story, its first document. */
export function focusOf(material: StoryMaterial, asked: string | undefined): Focus {
  const { events } = material.shown;
  const isDocument = (object: string): boolean => DOCUMENTS.includes(parseObjectKey(object).entity);
  const object = asked ?? material.objects.find(isDocument) ?? material.objects[0] ?? "";
  const latest = newestOf(events, object);
  const number = latest === undefined ? null : (material.fields.get(latest.id)?.number ?? null);
  return {
    object,
    name: titleOf(object, number),
    amount: latest?.amount,
    legalEntity: latest?.legalEntity,
  };
}

/** `Invoice A-0001`, by the number its source gave; else by its id. */
function titleOf(object: string, number: string | null): string {
  const entity = parseObjectKey(object).entity.replaceAll("-", " ");
  const name = number === null ? nameOf(object) : `${entity} ${number}`;
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** The newest state of an object: events come as they occurred, which versions may not. */
function newestOf(events: readonly ShownEvent[], object: string): ShownEvent | undefined {
  let newest: ShownEvent | undefined;
  for (const event of events) {
    if (event.subject !== object) continue;
    if (newest === undefined || BigInt(event.version) >= BigInt(newest.version)) newest = event;
  }
  return newest;
}

/** The source of the focus, then every target that has, had or skipped something of it. */
export function systemsOf(
  context: OperationContext,
  material: StoryMaterial,
  object: string,
): StorySystem[] {
  const { events, handoffs, skips } = material.shown;
  const own = events.filter((event) => event.subject === object);
  const latest = newestOf(own, object);
  const { connection, id } = parseObjectKey(object);
  const told = latest === undefined ? undefined : material.fields.get(latest.id);
  const source: StorySystem = {
    connection,
    role: "source",
    system: context.sources.get(connection)?.system ?? "unknown",
    state: latest === undefined ? "no event has told us of it" : latest.type,
    fields: {
      id,
      number: told?.number ?? undefined,
      amount: latest?.amount,
      net: told?.net ?? undefined,
      tax: told?.tax ?? undefined,
      date: told?.date ?? latest?.occurredAt,
      status: told?.status ?? latest?.type.split(".")[1],
      version: latest?.version,
    },
    knownAt: latest?.receivedAt,
  };
  const names = new Set(
    [...handoffs, ...skips].map((one) => one.target).concat([...context.targets.keys()]),
  );
  const eventIds = new Set(own.map((event) => event.id));
  const systems = [source];
  for (const name of [...names].sort()) {
    const mine = handoffs.filter((one) => one.target === name && one.object === object);
    const skipped = skips.filter((one) => one.target === name && eventIds.has(one.event));
    systems.push(targetOf(context, material, object, name, mine, skipped.at(-1)?.rule));
  }
  return systems;
}

function targetOf(
  context: OperationContext,
  material: StoryMaterial,
  object: string,
  name: string,
  handoffs: readonly StoryHandoff[],
  skipRule: string | undefined,
): StorySystem {
  const link =
    material.links.find((one) => one.target === name && one.object === object) ??
    material.links.find((one) => one.target === name && withoutOperation(one.object) === object);
  const confirmed = newestConfirmed(handoffs);
  const told = confirmed === undefined ? undefined : material.fields.get(confirmed.event);
  return {
    connection: name,
    role: "target",
    system: context.targets.get(name)?.system ?? "unknown",
    state: stateOf(handoffs, link !== undefined, skipRule),
    fields: {
      id: link?.external_id ?? confirmed?.externalId,
      number: link?.number ?? undefined,
      amount: confirmed?.amount,
      net: told?.net ?? undefined,
      tax: told?.tax ?? undefined,
      date: told?.date ?? undefined,
      status: confirmed?.operation,
      version: link?.confirmed_version ?? confirmed?.version,
    },
    knownAt: confirmed?.changedAt ?? link?.linked_at,
  };
}

function newestConfirmed(handoffs: readonly StoryHandoff[]): StoryHandoff | undefined {
  let newest: StoryHandoff | undefined;
  for (const one of handoffs) {
    if (one.state !== "confirmed") continue;
    if (newest === undefined || BigInt(one.version) >= BigInt(newest.version)) newest = one;
  }
  return newest;
}

/** The worst of its handoffs decides: one exception is not outshone by ten confirmations. */
function stateOf(
  handoffs: readonly StoryHandoff[],
  linked: boolean,
  skipRule: string | undefined,
): string {
  for (const state of ["excepted", "unknown", "awaiting", "waiting", "ready", "sent"] as const) {
    if (handoffs.some((one) => one.state === state)) return state;
  }
  const last = handoffs.at(-1);
  if (last !== undefined) return last.state;
  if (linked) return "confirmed";
  return skipRule === undefined ? "nothing to send" : `skipped: ${skipRule}`;
}
