import { z } from "zod";
import { listPeopleWithRoles } from "../../store/list-people.ts";
import { defineOperation } from "../operation.ts";
import { personShape, showPerson } from "./person-shape.ts";

export const listUsersOperation = defineOperation({
  name: "list-users",
  summary: "Lists people with their accounts and roles.",
  permission: "person.read",
  input: z.strictObject({}),
  output: z.strictObject({ people: z.array(personShape) }),
  errors: [],
  run: async ({ pool }) => ({ people: (await listPeopleWithRoles(pool)).map(showPerson) }),
});
