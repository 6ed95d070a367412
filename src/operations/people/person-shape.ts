/** A person as operations show one, and how one is named in an input. */
import { z } from "zod";
import type { Session } from "../../store/database.ts";
import type { PersonRow } from "../../store/list-people.ts";
import { listPeopleWithRoles } from "../../store/list-people.ts";
import { operationsErrors } from "../errors.ts";
import { idOf } from "../values.ts";

export const personShape = z.strictObject({
  id: z.string(),
  name: z.string(),
  accounts: z.array(
    z.strictObject({
      login: z.string(),
      kind: z.enum(["local", "oidc"]),
      issuer: z.string().optional(),
      disabled: z.boolean(),
    }),
  ),
  roles: z.array(z.strictObject({ role: z.string(), legalEntity: z.string().optional() })),
});

export type ShownPerson = z.infer<typeof personShape>;

export const whoInput = z.string().trim().min(1).max(200).describe("a person's name or login");

export function showPerson(row: PersonRow): ShownPerson {
  return {
    id: idOf("person", row.id),
    name: row.name,
    accounts: row.accounts.map((one) => ({ ...one, issuer: one.issuer ?? undefined })),
    roles: row.grants.map(({ role, legal_entity }) => ({
      role,
      legalEntity: legal_entity ?? undefined,
    })),
  };
}

/** The one person meant. Throws E_OPERATIONS_NOT_FOUND, also when the text names several. */
export async function findPerson(session: Session, who: string): Promise<PersonRow> {
  const found = await listPeopleWithRoles(session, { who });
  const [first] = found;
  if (first === undefined || found.length > 1) {
    throw operationsErrors.E_OPERATIONS_NOT_FOUND({ text: who });
  }
  return first;
}
