/** Everything held of a party, as JSON in a file: what a person may ask to see. */
import { z } from "zod";
import { instant } from "../../kernel/clock.ts";
import { openAnswers, openBodies } from "../../store/bodies.ts";
import { inTransaction } from "../../store/database.ts";
import { findAttemptsOf, findInboundBodies, findPlaces } from "../../store/find-party.ts";
import { auditActs } from "../audit-act.ts";
import { operationsErrors } from "../errors.ts";
import type { OperationContext } from "../operation.ts";
import { defineOperation } from "../operation.ts";
import { idOf } from "../values.ts";
import type { HeldParty } from "./party-data.ts";
import { readParty } from "./party-data.ts";

const NAME = "export-party";

export const exportPartyOperation = defineOperation({
  name: NAME,
  summary: "Writes everything held of a party into a file, as JSON.",
  permission: "privacy.export",
  input: z.strictObject({
    party: z.string().min(3).max(512).describe("the customer's object key: shop/customer/cus_1"),
    out: z.string().min(1).describe("file to write; replaced when the export is complete"),
  }),
  output: z.strictObject({
    party: z.string(),
    file: z.string(),
    bytes: z.number(),
    events: z.number(),
    messages: z.number(),
    requests: z.number(),
    erased: z.boolean(),
  }),
  errors: ["E_OPERATIONS_NO_FILES", "E_OPERATIONS_NOT_FOUND", "E_STORE_MASTER_KEY"],
  run: async (context, { party, out }) => {
    const files = context.surroundings?.files;
    if (files === undefined) throw operationsErrors.E_OPERATIONS_NO_FILES({ operation: NAME });
    const held = await readParty(context, party);
    const whole = await gather(context, held);
    const bytes = await files.write(out, lines(whole));
    const counts = {
      events: whole.events.length,
      messages: whole.messages.length,
      requests: whole.requests.length,
    };
    await inTransaction(context.pool, (session) =>
      auditActs(context, session, [
        { operation: NAME, subject: party, before: null, after: { ...counts, bytes } },
      ]),
    );
    const erased = held.events.some((one) => one.erased);
    return { party, file: out, bytes, ...counts, erased };
  },
});

async function* lines(whole: object): AsyncIterable<string> {
  yield* JSON.stringify(whole, null, 2).split("\n");
}

const textOf = (body: Uint8Array | undefined): string | null =>
  body === undefined ? null : new TextDecoder().decode(body);

async function gather(context: OperationContext, held: HeldParty) {
  const { pool, keyring, clock } = context;
  const inbound = await findInboundBodies(pool, [
    ...new Set(held.events.map((one) => one.inbound_id)),
  ]);
  const raws = await openBodies(keyring, "inbound", inbound);
  const attempts = await findAttemptsOf(
    pool,
    held.handoffs.map((one) => one.id),
  );
  const requests = await openBodies(keyring, "attempt", attempts);
  const answers = await openAnswers(
    keyring,
    attempts.map(({ outcome_id: id, answer }) => ({ id, answer })),
  );
  const objects = [...new Set(held.events.map((one) => one.subject))];
  return {
    party: held.party,
    exportedAt: instant(clock.now()),
    events: held.events.map(({ id, type, subject, occurred_at, content, erased }) => ({
      ...{ id: idOf("event", id), type, subject, occurredAt: occurred_at, erased, data: content },
    })),
    messages: inbound.map(({ id }, index) => ({
      ...{ id: idOf("inbound", id), body: textOf(raws[index]) },
    })),
    requests: attempts.map(({ id, handoff_id, kind, created_at, message }, index) => ({
      ...{ id: idOf("attempt", id), handoff: idOf("handoff", handoff_id), kind },
      ...{ createdAt: created_at, request: textOf(requests[index]) },
      ...{ message, answer: answers[index] ?? null },
    })),
    documentsIn: await findPlaces(pool, objects),
  };
}
