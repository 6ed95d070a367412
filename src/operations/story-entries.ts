/**
 * What happened, in the order of time, each entry in the lane of its system. Attempts of one
 * handoff collapse into one entry; what came of them is said, not each try.
 */
import type { ShownAttempt } from "./attempt-shape.ts";
import { nameOf } from "./explain-wait.ts";
import type { StoryEntry, StoryHandoff } from "./story-shape.ts";
import type { StoryMaterial } from "./story-systems.ts";

export function entriesOf(material: StoryMaterial): StoryEntry[] {
  const { events, handoffs, exceptions, skips } = material.shown;
  const entries: StoryEntry[] = [];
  for (const event of events) {
    entries.push({
      at: event.occurredAt,
      system: event.connection,
      kind: "event",
      object: event.subject,
      text: `${event.type} ${nameOf(event.subject)}`,
      id: event.id,
      alarm: false,
    });
    entries.push({
      at: event.receivedAt,
      system: event.connection,
      kind: "received",
      object: event.subject,
      text: `${event.type} received by ${event.origin}, recorded ${event.recordedAt}`,
      id: event.inbound,
      alarm: false,
    });
  }
  const occurred = new Map(events.map((event) => [event.id, event]));
  for (const skip of skips) {
    const event = occurred.get(skip.event);
    if (event === undefined) continue;
    entries.push({
      at: event.recordedAt,
      system: skip.target,
      kind: "skip",
      object: event.subject,
      text: `nothing sent of ${event.type}: ${skip.rule}`,
      id: skip.event,
      alarm: false,
    });
  }
  for (const handoff of handoffs) entries.push(...entriesOfHandoff(handoff));
  for (const one of exceptions) {
    const base = {
      system: one.target ?? "intake",
      object: one.object ?? "",
      id: one.id,
    };
    const alarm = one.state === "open";
    const text = `${one.code}: ${one.message}`;
    entries.push({ ...base, at: one.openedAt, kind: "exception", text, alarm });
    if (one.resolvedAt === undefined) continue;
    const how = `${one.state}: ${one.resolution ?? "without a word"}`;
    entries.push({ ...base, at: one.resolvedAt, kind: "resolved", text: how, alarm: false });
  }
  return entries.sort((a, b) => (a.at === b.at ? place(a) - place(b) : a.at < b.at ? -1 : 1));
}

const ORDER = ["event", "received", "skip", "attempts", "confirmed", "exception", "resolved"];

function place(entry: StoryEntry): number {
  return ORDER.indexOf(entry.kind);
}

function entriesOfHandoff(handoff: StoryHandoff): StoryEntry[] {
  const base = { system: handoff.target, object: handoff.object, id: handoff.id };
  const entries: StoryEntry[] = [];
  const [first] = handoff.tries;
  const last = handoff.tries.at(-1);
  if (first !== undefined && last !== undefined) {
    entries.push({
      ...base,
      at: first.at,
      until: last.at === first.at ? undefined : last.at,
      kind: "attempts",
      text: `${handoff.operation} ${nameOf(handoff.object)}: ${inWords(handoff.tries)}`,
      alarm: false,
    });
  }
  if (handoff.state === "confirmed") {
    const as = handoff.externalId === undefined ? "" : ` as ${handoff.externalId}`;
    entries.push({
      ...base,
      at: handoff.changedAt,
      kind: "confirmed",
      text: `has ${nameOf(handoff.object)}${as}`,
      alarm: false,
    });
  }
  return entries;
}

/** `sent 3 times, probed twice: later, unknown, adopted`; equal answers in a row are told once. */
function inWords(tries: readonly ShownAttempt[]): string {
  const sends = tries.filter((one) => one.kind === "send").length;
  const probes = tries.length - sends;
  const counts = [
    sends === 0 ? [] : `sent ${times(sends)}`,
    probes === 0 ? [] : `asked ${times(probes)} whether it is there`,
  ].flat();
  const answers = tries
    .map((one) => [one.outcome ?? "no answer", one.code].filter(Boolean).join(" "))
    .filter((answer, index, all) => answer !== all[index - 1]);
  return `${counts.join(", ")}: ${answers.join(", then ")}`;
}

function times(count: number): string {
  return count === 1 ? "once" : count === 2 ? "twice" : `${count} times`;
}
