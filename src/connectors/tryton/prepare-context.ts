/** What every preparation starts from: who books, in what terms, and which records it may name. */
import type { z } from "zod";
import { objectKey } from "../../contracts/envelope.ts";
import { linkOf, onlyLinkOf, readEventData, sourceOf } from "../kit/event-data.ts";
import type { ApplyContext } from "../kit/target.ts";
import { lacking } from "./lack.ts";
import type { LegalEntitySettings, TrytonSettings } from "./settings.ts";

export interface Preparing {
  readonly context: ApplyContext;
  readonly settings: TrytonSettings;
  readonly entity: LegalEntitySettings;
  readonly legalEntity: string;
  /** The source connection of the event; objects it names are its own. */
  readonly source: string;
}

/** Throws a lack when the event's legal entity has no settings. */
export function startPreparing(context: ApplyContext, settings: TrytonSettings): Preparing {
  const legalEntity = context.event.legalEntity ?? "(none)";
  const entity = settings.entities[legalEntity];
  if (entity === undefined) {
    throw lacking("E_TRYTON_ENTITY_UNMAPPED", `legal entity ${legalEntity}`, { legalEntity });
  }
  const source = sourceOf(context);
  return { context, settings, entity, legalEntity, source };
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
  return lacking("E_TRYTON_DATA_UNREADABLE", `${entity}: ${reason}`, {
    event: job.context.event.id,
    entity,
    reason,
  });
}

/** The Tryton record of an object of the same source; a lack while it has no link. */
export function linked(job: Preparing, role: string, id: string): number {
  const found = linkedIfKnown(job, role, id);
  if (found !== undefined) return found;
  const key = objectKey(job.source, role, id);
  throw lacking("E_TRYTON_LINK_MISSING", `${role} ${key}`, { role, key });
}

/** The same, undefined while there is no link. */
export function linkedIfKnown(job: Preparing, role: string, id: string): number | undefined {
  return recordId(linkOf(job.context, role, id));
}

/** The one link of an entity among what the handoff needs; undefined for none or several. */
export function onlyLink(job: Preparing, role: string): number | undefined {
  return recordId(onlyLinkOf(job.context, role));
}

function recordId(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}

export function currencyOf(job: Preparing, code: string): number {
  const found = job.settings.currencies[code];
  if (found !== undefined) return found;
  throw lacking("E_TRYTON_CURRENCY_UNMAPPED", `currency ${code}`, { currency: code });
}
