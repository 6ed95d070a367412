/** What every preparation starts from: who books, in what terms, and which records it may name. */
import type { z } from "zod";
import { objectKey } from "../../contracts/envelope.ts";
import type { Json } from "../../kernel/strict-json.ts";
import { linkOf, onlyLinkOf, readEventData, sourceOf } from "../kit/event-data.ts";
import type { ApplyContext, PreparedCall } from "../kit/target.ts";
import { lacking } from "./lack.ts";
import type { OperationName } from "./operations.ts";
import { recordTypeOf, upsertPath } from "./operations.ts";
import type { LegalEntitySettings, NetSuiteSettings } from "./settings.ts";

export interface Preparing {
  readonly operation: OperationName;
  readonly context: ApplyContext;
  readonly settings: NetSuiteSettings;
  readonly entity: LegalEntitySettings;
  readonly legalEntity: string;
  /** The source connection of the event; objects it names are its own. */
  readonly source: string;
}

export type Reference = { readonly id: string };

/** Throws a lack when the event's legal entity has no settings. */
export function startPreparing(
  operation: OperationName,
  context: ApplyContext,
  settings: NetSuiteSettings,
): Preparing {
  const legalEntity = context.event.legalEntity ?? "(none)";
  const entity = settings.entities[legalEntity];
  if (entity === undefined) {
    throw lacking("E_NETSUITE_ENTITY_UNMAPPED", `legal entity ${legalEntity}`, { legalEntity });
  }
  const source = sourceOf(context);
  return { operation, context, settings, entity, legalEntity, source };
}

/** The event's data in the shape of its contract; a lack, never a throw, when it is not. */
export function readData<Schema extends z.ZodType>(
  job: Preparing,
  entity: string,
  schema: Schema,
): z.infer<Schema> {
  return readEventData(job.context, schema, (reason) => unreadable(job, entity, reason));
}

export function unreadable(job: Preparing, entity: string, reason: string) {
  return lacking("E_NETSUITE_DATA_UNREADABLE", `${entity}: ${reason}`, {
    event: job.context.event.id,
    entity,
    reason,
  });
}

/** The NetSuite record of an object of the same source; a lack while it has no link. */
export function linked(job: Preparing, role: string, id: string): Reference {
  const found = linkedIfKnown(job, role, id);
  if (found !== undefined) return found;
  const key = objectKey(job.source, role, id);
  throw lacking("E_NETSUITE_LINK_MISSING", `${role} ${key}`, { role, key });
}

/** The same, undefined while there is no link. */
export function linkedIfKnown(job: Preparing, role: string, id: string): Reference | undefined {
  return referenceTo(linkOf(job.context, role, id));
}

/** The one link of an entity among what the handoff needs; undefined for none or several. */
export function onlyLink(job: Preparing, role: string): Reference | undefined {
  return referenceTo(onlyLinkOf(job.context, role));
}

function referenceTo(id: string | undefined): Reference | undefined {
  return id === undefined ? undefined : { id };
}

export const REQUEST_HEADERS = {
  accept: "application/json",
  "content-type": "application/json",
  // The default, Warning, drops unknown fields silently and answers 204 (vendor: "Property Name
  // Validation").
  "x-netsuite-propertynamevalidation": "Error",
  "x-netsuite-propertyvaluevalidation": "Error",
} as const;

export type Body = { [key: string]: Json };

/** An upsert of the operation's record under our reference. */
export function upsert(job: Preparing, body: Body): PreparedCall {
  const path = upsertPath(recordTypeOf(job.operation, job.settings), job.context.reference);
  return { method: "PUT", path, headers: REQUEST_HEADERS, body };
}

/** Cuts free text at a length of NetSuite's; texts that identify are never cut. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const kept = [...text.slice(0, length - 1)];
  // A cut through a surrogate pair leaves half a character that no UTF-8 can carry.
  if (/\p{Cs}/u.test(kept.at(-1) ?? "")) kept.pop();
  return `${kept.join("")}…`;
}
