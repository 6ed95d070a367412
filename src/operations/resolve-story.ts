/** From what somebody typed to the objects and correlations it stands for. */
import { parseObjectKey } from "../contracts/envelope.ts";
import { contracts } from "../contracts/registry.ts";
import { tryParseId } from "../kernel/ids.ts";
import type { StoryEntrance } from "../store/find-story.ts";
import { findCorrelations, findStoryById, findStoryByText } from "../store/find-story.ts";
import type { OperationContext } from "./operation.ts";

/** A customer of ten years takes part in many stories; the newest are told. */
const MOST_CORRELATIONS = 50;

const entities = [...new Set(contracts.map((contract) => contract.entity))];

export interface Resolved {
  readonly found: readonly { readonly how: string; readonly object: string }[];
  readonly correlations: readonly string[];
  /** Where a story was asked for by one of its own ids, the object that id is about. */
  readonly focus: string | undefined;
}

function findEntrances(context: OperationContext, query: string): Promise<StoryEntrance[]> {
  const text = query.trim();
  const id = tryParseId(text.toLowerCase());
  return id === undefined ? byText(context, text) : findStoryById(context.pool, id.kind, id.uuid);
}

/** The objects alone: a search that told no story need not look for what else happened to them. */
export async function resolveObjects(
  context: OperationContext,
  query: string,
): Promise<Resolved["found"]> {
  return unique(await findEntrances(context, query));
}

export async function resolveStory(
  context: OperationContext,
  query: string,
): Promise<Resolved | undefined> {
  const entrances = await findEntrances(context, query);
  if (entrances.length === 0) return undefined;
  const found = unique(entrances);
  const direct = entrances.flatMap((one) => one.correlation_id ?? []);
  const objects = found.map((one) => one.object);
  const correlations =
    direct.length > 0
      ? [...new Set(direct)]
      : await findCorrelations(context.pool, objects, MOST_CORRELATIONS);
  return { found, correlations, focus: found[0]?.object };
}

function byText(context: OperationContext, text: string): Promise<StoryEntrance[]> {
  const keys = [text];
  for (const connection of context.sources.keys()) {
    for (const entity of entities) keys.push(`${connection}/${entity}/${text}`);
  }
  return findStoryByText(context.pool, text, keys, [...context.targets.keys()]);
}

/** A document that an operation makes beside its subject is linked as `<object>#<operation>`. */
export function withoutOperation(object: string): string {
  return object.split("#")[0] ?? object;
}

function unique(entrances: readonly StoryEntrance[]): { how: string; object: string }[] {
  const seen = new Map<string, { how: string; object: string }>();
  for (const { how, object } of entrances) {
    if (object === null) continue;
    const key = withoutOperation(object);
    if (!seen.has(key)) seen.set(key, { how, object: key });
  }
  return [...seen.values()].sort((a, b) => rank(a.object) - rank(b.object));
}

/** What a person most likely means when one number names several things. */
const ORDER = ["invoice", "credit-memo", "payment", "refund", "payout", "dispute", "subscription"];

function rank(object: string): number {
  const at = ORDER.indexOf(parseObjectKey(object).entity);
  return at < 0 ? ORDER.length : at;
}
