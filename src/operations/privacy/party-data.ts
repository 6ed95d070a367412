/**
 * What is held of a party.
 *
 * party        the object key of a customer, or of an object that has no customer
 * identifying  values by which the party is recognised anywhere: names, addresses of all kinds, tax
 *              numbers; lower case. Free texts are not among them: "Licence" names nobody
 * own          every personal text of the party's events; looked for in the party's own rows only
 */
import type { PersonalClass } from "../../contracts/personal.ts";
import { contractFor } from "../../contracts/registry.ts";
import { settledStates } from "../../handoffs/states.ts";
import type { Json } from "../../kernel/strict-json.ts";
import { openData } from "../../store/bodies.ts";
import type { Session } from "../../store/database.ts";
import type { PartyEvent, PartyHandoff } from "../../store/find-party.ts";
import { findHandoffsOf, findPartyEvents } from "../../store/find-party.ts";
import { operationsErrors } from "../errors.ts";
import type { OperationContext } from "../operation.ts";

export interface HeldEvent extends PartyEvent {
  /** Whole, as long as the key lives. */
  readonly content: Json;
  readonly erased: boolean;
}

export interface HeldParty {
  readonly party: string;
  readonly events: readonly HeldEvent[];
  readonly handoffs: readonly PartyHandoff[];
  readonly identifying: readonly string[];
  readonly own: readonly string[];
}

/** Throws E_OPERATIONS_NOT_FOUND for a party that no event names. */
export async function readParty(
  { pool, keyring }: Pick<OperationContext, "keyring"> & { readonly pool: Session },
  party: string,
): Promise<HeldParty> {
  const rows = await findPartyEvents(pool, party);
  if (rows.length === 0) throw operationsErrors.E_OPERATIONS_NOT_FOUND({ text: party });
  const opened = await openData(keyring, rows);
  const events = rows.map((row, index) => ({
    ...row,
    content: opened[index]?.data ?? null,
    erased: opened[index]?.erased === true,
  }));
  const identifying = new Set<string>();
  const own = new Set<string>();
  for (const event of events) {
    for (const { kind, value } of personalIn(event)) {
      for (const text of textsOf(value)) if (text.length >= 3) own.add(text.toLowerCase());
      for (const text of identifyingIn(kind, value)) identifying.add(text.toLowerCase());
    }
  }
  return {
    party,
    events,
    handoffs: await findHandoffsOf(
      pool,
      events.map((one) => one.id),
    ),
    identifying: [...identifying].filter((text) => text.length >= 4),
    own: [...own],
  };
}

function personalIn(event: HeldEvent): { kind: PersonalClass; value: Json }[] {
  const contract = contractFor(event.type, event.contract_version);
  if (contract === undefined) return [];
  return contract.part(event.content).personal.flatMap(([place, value]) => {
    const path = place.map((step) => (typeof step === "number" ? "[]" : `.${step}`)).join("");
    const kind = contract.personal[path.slice(1)];
    return kind === undefined ? [] : [{ kind, value }];
  });
}

function textsOf(value: Json): string[] {
  if (typeof value === "string") return [value];
  if (value === null || typeof value !== "object") return [];
  return Object.values(value).flatMap((one) => textsOf(one as Json));
}

function identifyingIn(kind: PersonalClass, value: Json): string[] {
  if (kind === "free-text") return [];
  if (kind === "address") return fieldsNamed(value, ["line1", "line2"]);
  return kind === "tax-id" ? fieldsNamed(value, ["value"]) : textsOf(value);
}

function fieldsNamed(value: Json, names: readonly string[]): string[] {
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    names.includes(name) && typeof inner === "string" ? [inner] : fieldsNamed(inner as Json, names),
  );
}

/** The party as it is now, with what it was known by before: a destroyed key tells no names. */
export function joinParty(before: HeldParty, now: HeldParty): HeldParty {
  return {
    ...now,
    identifying: [...new Set([...before.identifying, ...now.identifying])],
    own: [...new Set([...before.own, ...now.own])],
  };
}

export function isSettled({ state }: PartyHandoff): boolean {
  return (settledStates as readonly string[]).includes(state);
}

/** Whether a message that became no event speaks of the party. */
export function mentions(
  body: Uint8Array,
  sourceId: string,
  identifying: readonly string[],
): boolean {
  const text = readable(body);
  if (text.includes(`"${sourceId.toLowerCase()}"`)) return true;
  return identifying.some((term) => text.includes(JSON.stringify(term).slice(1, -1)));
}

/** One spelling of JSON, so that an escaped letter hides nothing. */
function readable(body: Uint8Array): string {
  const text = new TextDecoder().decode(body);
  try {
    return JSON.stringify(JSON.parse(text)).toLowerCase();
  } catch {
    return text.toLowerCase();
  }
}
