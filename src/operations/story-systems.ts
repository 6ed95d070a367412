/** What a story is about, and how it stands in each system. */
import { parseObjectKey } from "../contracts/envelope.ts";
import type { MoneyWire } from "../kernel/money.ts";
import type { DocumentFields, StoryInbound, StoryLink } from "../store/find-story.ts";
import { nameOf } from "./explain-wait.ts";
import type { OperationContext } from "./operation.ts";
import { withoutOperation } from "./resolve-story.ts";
import type { Story, StoryHandoff, StorySystem } from "./story-shape.ts";

export interface StoryMaterial {
  readonly objects: readonly string[];
  readonly inbounds: readonly StoryInbound[];
  readonly links: readonly StoryLink[];
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
}

const DOCUMENTS = ["invoice", "credit-memo", "payment", "refund", "payout", "dispute"];

/** The object that was asked for; where that was a whole story, its first document. */
export function focusOf(material: StoryMaterial, asked: string | undefined): Focus {
  const { events } = material.shown;
  const isDocument = (object: string): boolean => DOCUMENTS.includes(parseObjectKey(object).entity);
  const object = asked ?? material.objects.find(isDocument) ?? material.objects[0] ?? "";
  const latest = events.filter((event) => event.subject === object).at(-1);
  return { object, name: titleOf(material, object), amount: latest?.amount };
}

/** `Invoice A-0001`, by the number its source gave; else by its id. */
function titleOf(material: StoryMaterial, object: string): string {
  const number = material.fields.get(object)?.number;
  const entity = parseObjectKey(object).entity.replaceAll("-", " ");
  const name = number === null || number === undefined ? nameOf(object) : `${entity} ${number}`;
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** The source of the focus, then every target that has, had or skipped something of it. */
export function systemsOf(
  context: OperationContext,
  material: StoryMaterial,
  object: string,
): StorySystem[] {
  const { events, handoffs, skips } = material.shown;
  const own = events.filter((event) => event.subject === object);
  const latest = own.at(-1);
  const { connection, id } = parseObjectKey(object);
  const told = material.fields.get(object);
  const source: StorySystem = {
    connection,
    role: "source",
    system: context.sources.get(connection)?.system ?? "unknown",
    state: latest === undefined ? "no event has told us of it" : latest.type,
    fields: {
      id,
      number: told?.number ?? undefined,
      amount: latest?.amount,
      date: told?.date ?? latest?.occurredAt,
      status: told?.status ?? latest?.type.split(".")[1],
      version: latest?.version,
    },
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
  const confirmed = handoffs.filter((one) => one.state === "confirmed").at(-1);
  return {
    connection: name,
    role: "target",
    system: context.targets.get(name)?.system ?? "unknown",
    state: stateOf(handoffs, link !== undefined, skipRule),
    fields: {
      id: link?.external_id ?? confirmed?.externalId,
      number: link?.number ?? undefined,
      amount: confirmed?.amount,
      date: confirmed?.changedAt,
      status: confirmed?.operation,
      version: link?.confirmed_version ?? confirmed?.version,
    },
  };
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
