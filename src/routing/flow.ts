/**
 * What a flow is: a declared route from one source to one target, as data and pure functions.
 *
 * flow    name, version, model, source and target connection, routes
 * route   which event types become which operation at the target, how urgent it is, and what must
 *         be linked there first
 * need    an object that must have a link in the target before the handoff may go
 * rule    the documented reason why a route makes no handoff of an event
 * books   a flow may be for some legal entities only: one company's events go to the system that
 *         keeps that company's books, and to no other
 */
import type { EventDraft } from "../contracts/envelope.ts";
import type { ServiceClass } from "../contracts/service-class.ts";

export type RouteVerdict =
  | { readonly operation: string; readonly subId?: string }
  | { readonly skip: string };

export interface Route {
  readonly events: readonly string[];
  /** Pure: the same event always takes the same way. */
  readonly decide: (event: EventDraft) => RouteVerdict;
  readonly serviceClass: ServiceClass;
  /** Minutes from the event's arrival until the handoff is overdue. */
  readonly deadlineMinutes: number;
  /** Roles of the event's references that must be linked first; `self` is the subject. */
  readonly needs: readonly string[];
}

export interface Flow {
  readonly name: string;
  readonly version: number;
  readonly model: "real-time" | "scheduled-batch" | "event-driven" | "workflow";
  readonly source: string;
  readonly target: string;
  /**
   * Legal entities whose events this flow takes; all of them when absent. An event of another one,
   * or of none, leaves a skip under `otherEntityRule`: what no flow takes must be seen.
   */
  readonly legalEntities?: readonly string[];
  readonly routes: readonly Route[];
}

/** Why a flow made no handoff of an event that belongs to another legal entity. */
export const otherEntityRule = "other-legal-entity";

/** What routing must know of a target; the connector's declaration, reduced to data. */
export interface TargetFacts {
  readonly connection: string;
  readonly account: string;
  /** The outside account whose limits the target's calls draw on. */
  readonly budget: string;
  /** False where the target merges by version, so that handoffs of one object need no order. */
  readonly ordered: boolean;
  readonly effects: Readonly<Record<string, "fact" | "state">>;
}
