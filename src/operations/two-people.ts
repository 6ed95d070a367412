/** What needs two people: two rows of `person`, not two spellings or two accounts of one. */
import { listPeople } from "../store/exclude-handoff.ts";
import { operationsErrors } from "./errors.ts";
import type { OperationContext } from "./operation.ts";

/** Their names, the one who acts first. Throws E_OPERATIONS_APPROVAL_NEEDED with what lacks. */
export async function twoPeople(
  context: OperationContext,
  operation: string,
  secondPerson: string | undefined,
): Promise<readonly [string, string]> {
  const lacking = (lacks: string): Error =>
    operationsErrors.E_OPERATIONS_APPROVAL_NEEDED({ operation, lacks });
  // Where people are proved, naming somebody is not their consent: they would have to sign in too.
  if (context.actor.proof !== undefined) {
    throw lacking("it can be agreed on at the ledger's own machine only, by naming both");
  }
  const people = await listPeople(context.pool);
  if (people.length < 2) throw lacking(`only ${people.length} of them known to this ledger`);
  const first = people.find((one) => one.name === context.actor.name);
  if (first === undefined) throw lacking(`${context.actor.name} is not one of the known people`);
  if (secondPerson === undefined) throw lacking("name the second person who agrees");
  const second = people.find((one) => one.name === secondPerson);
  if (second === undefined) throw lacking(`${secondPerson} is not one of the known people`);
  if (second.id === first.id) throw lacking("the second person is the first one");
  return [first.name, second.name];
}
