/** Trace: the whole story of a business object, by any id of any system. */
import { z } from "zod";
import { instant } from "../kernel/clock.ts";
import { findDocumentFields, findInbounds, findLinks, findSkips } from "../store/find-story.ts";
import { listAttempts } from "../store/list-attempts.ts";
import { listEvents } from "../store/list-events.ts";
import { listCasesOf } from "../store/list-exceptions.ts";
import { listHandoffs } from "../store/list-handoffs.ts";
import { findPartyNames } from "../store/search-party.ts";
import { showAttempt } from "./attempt-shape.ts";
import { showCase } from "./case-shape.ts";
import { operationsErrors } from "./errors.ts";
import { showEvent } from "./event-shape.ts";
import { showHandoff } from "./handoff-shape.ts";
import type { OperationContext } from "./operation.ts";
import { defineOperation } from "./operation.ts";
import { poolForBodies } from "./read-bodies.ts";
import { resolveStory } from "./resolve-story.ts";
import { entriesOf } from "./story-entries.ts";
import type { Story } from "./story-shape.ts";
import { storyShape } from "./story-shape.ts";
import type { StoryMaterial } from "./story-systems.ts";
import { focusOf, systemsOf } from "./story-systems.ts";
import { verdictOf } from "./story-verdict.ts";
import { idOf } from "./values.ts";

/** Enough for any document's life; a subscription of many years shows its latest. */
const MOST_EVENTS = 300;
const MOST_HANDOFFS = 2000;

export const findStoryOperation = defineOperation({
  name: "find-story",
  summary: "Tells the whole story of a business object, found by any id of any system.",
  permission: "story.read",
  input: z.strictObject({ id: z.string().trim().min(1).max(300) }),
  output: storyShape,
  errors: ["E_OPERATIONS_NOT_FOUND"],
  run: async (context, { id }) => {
    const resolved = await resolveStory(context, id);
    if (resolved === undefined) throw operationsErrors.E_OPERATIONS_NOT_FOUND({ text: id });
    const material = await readMaterial(context, resolved.correlations, resolved.found);
    const focus = focusOf(material, resolved.focus);
    const systems = systemsOf(context, material, focus.object);
    const bodies = poolForBodies(context, context.pool);
    const names =
      bodies === undefined
        ? undefined
        : await findPartyNames(bodies, context.keyring, [focus.object]);
    const told = {
      query: id,
      found: [...resolved.found],
      asOf: instant(context.clock.now()),
      focus: { ...focus, customer: names?.get(focus.object) },
      objects: [...material.objects],
      systems,
      entries: entriesOf(material),
      ...material.shown,
      cut: material.shown.events.length >= MOST_EVENTS,
    };
    return { ...told, verdict: verdictOf(context, material, focus) } satisfies Story;
  },
});

async function readMaterial(
  { pool, targets }: OperationContext,
  correlations: readonly string[],
  found: readonly { readonly object: string }[],
): Promise<StoryMaterial> {
  const rows =
    correlations.length === 0 ? [] : await listEvents(pool, { correlations, limit: MOST_EVENTS });
  rows.reverse();
  const objects = [
    ...new Set([...found.map((one) => one.object), ...rows.map((row) => row.subject)]),
  ];
  const events = rows.map((row) => row.id);
  const inbounds = [...new Set(rows.map((row) => row.inbound_id))];
  const handoffs =
    events.length === 0 ? [] : await listHandoffs(pool, { events, limit: MOST_HANDOFFS });
  const ids = handoffs.map((row) => row.id);
  const names = [...targets.values()].flatMap((target) => Object.keys(target.operations));
  const linkKeys = objects.flatMap((object) => [
    object,
    ...[...new Set(names)].map((name) => `${object}#${name}`),
  ]);
  const [attempts, cases, links, skips, letters, fields] = await Promise.all([
    listAttempts(pool, ids),
    listCasesOf(pool, { handoffs: ids, inbounds, objects }),
    findLinks(pool, linkKeys, [...targets.keys()]),
    findSkips(pool, events),
    findInbounds(pool, events),
    findDocumentFields(pool, events),
  ]);
  const tries = attempts.map(showAttempt);
  return {
    objects,
    inbounds: letters,
    links,
    fields: new Map([...fields].map(([id, one]) => [idOf("event", id), one])),
    shown: {
      events: rows.map(showEvent),
      handoffs: handoffs.map((row) => {
        const handoff = showHandoff(row);
        return { ...handoff, tries: tries.filter((one) => one.handoff === handoff.id) };
      }),
      exceptions: cases.map(showCase),
      links: links.map((link) => ({
        target: link.target,
        object: link.object,
        externalId: link.external_id,
        number: link.number ?? undefined,
        reference: link.reference,
        since: link.linked_at,
      })),
      skips: skips.map(({ event_id, ...skip }) => ({ event: idOf("event", event_id), ...skip })),
      deadLetters: letters.flatMap((one) =>
        one.dead_code === null || one.dead_state !== "open"
          ? []
          : [
              {
                id: idOf("inbound", one.id),
                connection: one.connection,
                kind: one.kind,
                code: one.dead_code,
                reason: one.dead_reason ?? "",
              },
            ],
      ),
    },
  };
}
