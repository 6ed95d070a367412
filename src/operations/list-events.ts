import { z } from "zod";
import { listEvents } from "../store/list-events.ts";
import { eventShape, showEvent } from "./event-shape.ts";
import { defineOperation } from "./operation.ts";
import { idOf, pageInput, uuidOf } from "./values.ts";

export const listEventsOperation = defineOperation({
  name: "list-events",
  summary: "Lists canonical events, the latest occurrence first.",
  permission: "story.read",
  input: z.strictObject({
    ...pageInput,
    type: z.string().optional(),
    connection: z.string().optional(),
    subject: z.string().optional(),
  }),
  output: z.strictObject({ events: z.array(eventShape), next: z.string().optional() }),
  errors: ["E_OPERATIONS_NOT_FOUND"],
  run: async ({ pool }, input) => {
    const rows = await listEvents(pool, {
      type: input.type,
      connection: input.connection,
      subject: input.subject,
      before: input.after === undefined ? undefined : uuidOf("event", input.after),
      limit: input.limit,
    });
    const last = rows.length === input.limit ? rows.at(-1) : undefined;
    return {
      events: rows.map(showEvent),
      next: last === undefined ? undefined : idOf("event", last.id),
    };
  },
});
