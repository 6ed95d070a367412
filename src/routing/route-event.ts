import type { EventDraft, ObjectKey } from "../contracts/envelope.ts";
import type { ServiceClass } from "../contracts/service-class.ts";
import { routingErrors } from "./errors.ts";
import type { Flow, Route, RouteVerdict, TargetFacts } from "./flow.ts";
import { otherEntityRule } from "./flow.ts";

/** A handoff before it has an id and times of ours. */
export interface RoutedHandoff {
  readonly flow: string;
  readonly flowVersion: number;
  readonly target: string;
  readonly targetAccount: string;
  readonly budget: string;
  readonly operation: string;
  readonly subId: string;
  readonly effect: "fact" | "state";
  readonly ordered: boolean;
  readonly serviceClass: ServiceClass;
  readonly deadlineMinutes: number;
  readonly needs: readonly ObjectKey[];
}

/** A route that a rule closed for this event; kept, so that nothing is skipped unseen. */
export interface RouteSkip {
  readonly flow: string;
  readonly target: string;
  readonly rule: string;
}

export interface Routed {
  readonly handoffs: readonly RoutedHandoff[];
  readonly skips: readonly RouteSkip[];
}

export type Router = (connection: string, event: EventDraft) => Routed;

interface Entry {
  readonly flow: Flow;
  readonly route: Route;
  readonly target: TargetFacts;
}

const NOTHING: Routed = { handoffs: [], skips: [] };

/**
 * Compiles flows into one pure function of connection and event. Throws E_ROUTING_TARGET_UNKNOWN;
 * an operation the target lacks raises E_ROUTING_OPERATION_UNKNOWN when an event meets it.
 */
export function makeRouter(flows: readonly Flow[], targets: readonly TargetFacts[]): Router {
  const byConnection = new Map(targets.map((target) => [target.connection, target]));
  const entries = new Map<string, Entry[]>();
  for (const flow of flows) {
    const target = byConnection.get(flow.target);
    if (target === undefined) {
      throw routingErrors.E_ROUTING_TARGET_UNKNOWN({ flow: flow.name, target: flow.target });
    }
    for (const route of flow.routes) {
      for (const type of route.events) {
        const key = `${flow.source} ${type}`;
        entries.set(key, [...(entries.get(key) ?? []), { flow, route, target }]);
      }
    }
  }
  return (connection, event) => {
    const found = entries.get(`${connection} ${event.type}`);
    return found === undefined ? NOTHING : routeBy(found, event);
  };
}

function routeBy(entries: readonly Entry[], event: EventDraft): Routed {
  const handoffs: RoutedHandoff[] = [];
  const skips: RouteSkip[] = [];
  for (const { flow, route, target } of entries) {
    const verdict = decide(flow, route, event);
    if ("skip" in verdict) {
      skips.push({ flow: flow.name, target: target.connection, rule: verdict.skip });
      continue;
    }
    const effect = target.effects[verdict.operation];
    if (effect === undefined) {
      throw routingErrors.E_ROUTING_OPERATION_UNKNOWN({
        flow: flow.name,
        target: target.connection,
        operation: verdict.operation,
      });
    }
    handoffs.push({
      flow: flow.name,
      flowVersion: flow.version,
      target: target.connection,
      targetAccount: target.account,
      budget: target.budget,
      operation: verdict.operation,
      subId: verdict.subId ?? "",
      effect,
      ordered: target.ordered,
      serviceClass: route.serviceClass,
      deadlineMinutes: route.deadlineMinutes,
      needs: needsOf(route, event),
    });
  }
  return { handoffs, skips };
}

function decide({ legalEntities }: Flow, route: Route, event: EventDraft): RouteVerdict {
  const { legalEntity } = event;
  const ours =
    legalEntities === undefined ||
    (legalEntity !== undefined && legalEntities.includes(legalEntity));
  return ours ? route.decide(event) : { skip: otherEntityRule };
}

function needsOf(route: Route, event: EventDraft): ObjectKey[] {
  const needs = new Set<ObjectKey>();
  if (route.needs.includes("self")) needs.add(event.subject);
  for (const reference of event.references) {
    if (route.needs.includes(reference.role)) needs.add(reference.key);
  }
  return [...needs];
}
