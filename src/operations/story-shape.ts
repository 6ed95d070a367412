/**
 * The Transaction Story: one business matter, its state in every system, and why they differ.
 *
 * focus     the object the story is told about
 * system    one source or target connection, with its key fields as our ledger knows them:
 *           a target's are those of the version that it confirmed, not read back from it
 * entry     one thing that happened at a moment in one system's lane
 * verdict   the story in a sentence, and the one act that helps
 */
import { z } from "zod";
import { attemptShape } from "./attempt-shape.ts";
import { caseShape } from "./case-shape.ts";
import { eventShape } from "./event-shape.ts";
import { handoffShape } from "./handoff-shape.ts";
import { deadLetterShape } from "./list-dead-letters.ts";
import { moneyWire } from "./values.ts";

export const verdictStates = ["settled", "moving", "waiting", "exception", "not sent"] as const;

export const storyEntry = z.strictObject({
  at: z.string(),
  system: z.string(),
  kind: z.enum(["event", "received", "attempts", "confirmed", "exception", "resolved", "skip"]),
  object: z.string(),
  text: z.string(),
  id: z.string(),
  /** Of attempts that collapse: the last one, when it is not the moment of the first. */
  until: z.string().optional(),
  /** True for what a person must look at. */
  alarm: z.boolean(),
});

export type StoryEntry = z.infer<typeof storyEntry>;

export const storySystem = z.strictObject({
  connection: z.string(),
  role: z.enum(["source", "target"]),
  system: z.string(),
  state: z.string(),
  /** As told by the source, or as sent to and answered by the target; absent where unknown. */
  fields: z.strictObject({
    id: z.string().optional(),
    number: z.string().optional(),
    /** The whole sum, tax included. */
    amount: moneyWire.optional(),
    net: moneyWire.optional(),
    tax: moneyWire.optional(),
    /** The document's own date; of what has none, when it occurred. */
    date: z.string().optional(),
    status: z.string().optional(),
    version: z.string().optional(),
  }),
  /** When the fields became so: received from the source, confirmed by the target. */
  knownAt: z.string().optional(),
});

export type StorySystem = z.infer<typeof storySystem>;

export const storyShape = z.strictObject({
  query: z.string(),
  found: z.array(z.strictObject({ how: z.string(), object: z.string() })),
  asOf: z.string(),
  focus: z.strictObject({
    object: z.string(),
    name: z.string(),
    amount: moneyWire.optional(),
    legalEntity: z.string().optional(),
    /** Absent for an asker who may not read bodies. */
    customer: z.string().optional(),
  }),
  verdict: z.strictObject({
    state: z.enum(verdictStates),
    sentence: z.string(),
    act: z.strictObject({ sentence: z.string(), command: z.string() }).optional(),
  }),
  objects: z.array(z.string()),
  systems: z.array(storySystem),
  entries: z.array(storyEntry),
  events: z.array(eventShape),
  handoffs: z.array(handoffShape.extend({ tries: z.array(attemptShape) })),
  exceptions: z.array(caseShape),
  links: z.array(
    z.strictObject({
      target: z.string(),
      object: z.string(),
      externalId: z.string(),
      number: z.string().optional(),
      reference: z.string(),
      since: z.string(),
    }),
  ),
  skips: z.array(
    z.strictObject({ event: z.string(), flow: z.string(), target: z.string(), rule: z.string() }),
  ),
  deadLetters: z.array(
    deadLetterShape.pick({ id: true, connection: true, kind: true, code: true, reason: true }),
  ),
  /** More events belong to the story than are shown; the latest are. */
  cut: z.boolean(),
});

export type Story = z.infer<typeof storyShape>;
export type StoryHandoff = Story["handoffs"][number];
