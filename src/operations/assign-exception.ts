/** Assign: who works on a case; one person at a time, who must be allowed to see it. */
import { z } from "zod";
import { may, scopeOf } from "../access/roles.ts";
import type { Colleague, QueuedCase } from "../store/assign-cases.ts";
import { assignCases, listColleagues } from "../store/assign-cases.ts";
import { operationsErrors } from "./errors.ts";
import type { RunContext } from "./operation.ts";
import { defineOperation } from "./operation.ts";
import { whoInput } from "./people/person-shape.ts";
import { actorOf } from "./people/who-asks.ts";
import { actOnQueue, whichInput, whichOne } from "./queue-act.ts";
import { idOf } from "./values.ts";

const NAME = "assign-exception";

export const assignExceptionOperation = defineOperation({
  name: NAME,
  summary: "Gives a case, or all of a cause, to oneself, to another person or back to nobody.",
  permission: "exception.assign",
  input: z
    .strictObject({
      ...whichInput,
      to: whoInput.optional().describe("a person's name or login; oneself when not given"),
      nobody: z.boolean().default(false).describe("back to whoever takes it"),
    })
    .refine(whichOne.check, { message: whichOne.message })
    .refine(({ to, nobody }) => to === undefined || !nobody, {
      message: "either to somebody or to nobody",
    }),
  output: z.strictObject({
    assignee: z.string().optional(),
    /** Cases that were another's, or nobody's, before. */
    changed: z.number(),
  }),
  errors: [
    "E_OPERATIONS_NOT_FOUND",
    "E_OPERATIONS_NOTHING_TO_REPAIR",
    "E_OPERATIONS_ASSIGNEE",
    "E_OPERATIONS_WHOSE",
  ],
  run: async (context, { id, cause, to, nobody }) => {
    const person = nobody ? undefined : await personMeant(context, to);
    const changed = await actOnQueue(context, {
      operation: NAME,
      which: { id, cause },
      before: ({ assignee }) => ({ assignee }),
      after: { assignee: person?.name ?? null },
      allowed: (one) => {
        if (person === undefined || seesCase(person, one)) return;
        const exception = idOf("exception", one.id);
        throw operationsErrors.E_OPERATIONS_ASSIGNEE({ name: person.name, exception });
      },
      apply: (session, ids) => assignCases(session, ids, person?.id),
    });
    return { assignee: person?.name, changed };
  },
});

async function personMeant(context: RunContext, to: string | undefined): Promise<Colleague> {
  const own = context.actor.proof?.person;
  if (to === undefined && own === undefined) {
    throw operationsErrors.E_OPERATIONS_WHOSE({ operation: "the case" });
  }
  const meant = await listColleagues(context.pool, to === undefined ? { id: own } : { who: to });
  const [first] = meant;
  if (first !== undefined && meant.length === 1) return first;
  throw operationsErrors.E_OPERATIONS_NOT_FOUND({ text: to ?? context.actor.name });
}

/** As row security has it, for somebody who is not the asker. */
function seesCase(person: Colleague, { kind, legal_entity: entity }: QueuedCase): boolean {
  const { all, unassigned, legalEntities } = scopeOf(actorOf(person), "exception.read");
  if (entity !== null) return all || legalEntities.includes(entity);
  return unassigned || (all && kind === "drift");
}

export const listAssigneesOperation = defineOperation({
  name: "list-assignees",
  summary: "Lists the people to whom cases can be given.",
  permission: "exception.assign",
  input: z.strictObject({}),
  output: z.strictObject({ people: z.array(z.string()) }),
  errors: [],
  run: async ({ pool }) => {
    const people = await listColleagues(pool);
    const able = people.filter((one) => may(actorOf(one), "exception.read"));
    return { people: able.map(({ name }) => name) };
  },
});
