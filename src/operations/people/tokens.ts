/**
 * Tokens: for programs that act for a person. A token may do what it was limited to *and* its
 * person may do at that moment; it is shown once, and is never made by another token, or a leaked
 * one would outlive its expiry. An administrator sees and revokes everybody's.
 */
import { z } from "zod";
import type { Permission } from "../../access/roles.ts";
import { may, permissions } from "../../access/roles.ts";
import { LONGEST_TOKEN_DAYS } from "../../access/session-rules.ts";
import { uuidV7 } from "../../kernel/ids.ts";
import type { Session } from "../../store/database.ts";
import { inTransaction } from "../../store/database.ts";
import type { TokenRow } from "../../store/issue-token.ts";
import { issueToken, listTokens, revokeToken } from "../../store/issue-token.ts";
import type { PersonRow } from "../../store/list-people.ts";
import { listPeopleWithRoles } from "../../store/list-people.ts";
import { auditActs } from "../audit-act.ts";
import { operationsErrors } from "../errors.ts";
import type { OperationContext } from "../operation.ts";
import { defineOperation } from "../operation.ts";
import { idOf, uuidOf } from "../values.ts";
import { findPerson, whoInput } from "./person-shape.ts";
import { actorOf, newSecret, TOKEN_PREFIX } from "./who-asks.ts";

export const tokenShape = z.strictObject({
  id: z.string(),
  person: z.string(),
  name: z.string(),
  prefix: z.string(),
  permissions: z.array(z.string()),
  /** Absent: wherever its person may. */
  legalEntities: z.array(z.string()).optional(),
  createdAt: z.string(),
  expiresAt: z.string(),
  usedAt: z.string().optional(),
  state: z.enum(["live", "expired", "revoked"]),
});

function showToken(row: TokenRow): z.infer<typeof tokenShape> {
  return {
    id: idOf("token", row.id),
    person: row.person,
    name: row.name,
    prefix: row.prefix,
    permissions: [...row.permissions],
    legalEntities: row.legal_entities === null ? undefined : [...row.legal_entities],
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    usedAt: row.used_at ?? undefined,
    state: row.state,
  };
}

/** Whose tokens: one's own, or anybody's for who manages people. */
async function ownerOf(
  context: OperationContext,
  session: Session,
  who: string | undefined,
): Promise<PersonRow> {
  const own = context.actor.proof?.person;
  if (who === undefined) {
    const person = own === undefined ? [] : await listPeopleWithRoles(session, { id: own });
    if (person[0] !== undefined) return person[0];
    throw operationsErrors.E_OPERATIONS_WHOSE({ operation: "a token" });
  }
  const person = await findPerson(session, who);
  if (person.id === own || may(context.actor, "person.manage")) return person;
  throw operationsErrors.E_OPERATIONS_NOT_FOUND({ text: who });
}

const known = permissions as [Permission, ...Permission[]];

export const createTokenOperation = defineOperation({
  name: "create-token",
  summary: "Makes an API token with permissions and an expiry; its secret is shown this once.",
  permission: "token.own",
  input: z.strictObject({
    name: z.string().trim().min(1).max(100).describe("what it is for"),
    permissions: z.array(z.enum(known)).min(1).describe("what it may do at most"),
    entities: z.array(z.string()).min(1).optional().describe("only in these legal entities"),
    days: z.coerce.number().int().min(1).max(LONGEST_TOKEN_DAYS).default(90),
    who: whoInput.optional().describe("for this person; for administrators"),
  }),
  output: z.strictObject({ id: z.string(), token: z.string(), expiresAt: z.string() }),
  errors: [
    "E_OPERATIONS_NOT_FOUND",
    "E_OPERATIONS_TOKEN_BY_TOKEN",
    "E_OPERATIONS_TOKEN_TOO_WIDE",
    "E_OPERATIONS_WHOSE",
  ],
  run: async (context, asked) => {
    if (context.actor.proof?.means === "token") {
      throw operationsErrors.E_OPERATIONS_TOKEN_BY_TOKEN();
    }
    const token = TOKEN_PREFIX + newSecret(context.random);
    const id = uuidV7(context.clock, context.random);
    return inTransaction(context.pool, async (session) => {
      const person = await ownerOf(context, session, asked.who);
      const lacking = asked.permissions.find((one) => !may(actorOf(person), one));
      if (lacking !== undefined) {
        const { name } = person;
        throw operationsErrors.E_OPERATIONS_TOKEN_TOO_WIDE({ name, permission: lacking });
      }
      const row = {
        permissions: asked.permissions,
        legalEntities: asked.entities,
        prefix: token.slice(0, 9),
        name: asked.name,
      };
      const secretHash = context.hasher.sha256(token);
      const by = context.actor.name;
      const rest = { id, personId: person.id, secretHash, by, days: asked.days };
      const expiresAt = await issueToken(session, { ...row, ...rest });
      const subject = idOf("token", id);
      const after = { ...row, legalEntities: asked.entities ?? null, person: person.name };
      await auditActs(context, session, [
        { operation: "create-token", subject, before: null, after: { ...after, expiresAt } },
      ]);
      return { id: subject, token, expiresAt };
    });
  },
});

export const listTokensOperation = defineOperation({
  name: "list-tokens",
  summary: "Lists one's own API tokens, without their secrets; an administrator's list has all.",
  permission: "token.own",
  input: z.strictObject({}),
  output: z.strictObject({ tokens: z.array(tokenShape) }),
  errors: [],
  run: async ({ pool, actor }) => {
    const all = may(actor, "person.manage");
    const own = actor.proof?.person;
    if (!all && own === undefined) return { tokens: [] };
    return { tokens: (await listTokens(pool, all ? undefined : own)).map(showToken) };
  },
});

export const revokeTokenOperation = defineOperation({
  name: "revoke-token",
  summary: "Revokes an API token at once: one's own, or anybody's for an administrator.",
  permission: "token.own",
  input: z.strictObject({ id: z.string() }),
  output: z.strictObject({ id: z.string(), revoked: z.boolean() }),
  errors: ["E_OPERATIONS_NOT_FOUND"],
  run: async (context, { id }) => {
    const { actor } = context;
    const ofPerson = may(actor, "person.manage") ? undefined : actor.proof?.person;
    if (ofPerson === undefined && !may(actor, "person.manage")) {
      throw operationsErrors.E_OPERATIONS_NOT_FOUND({ text: id });
    }
    return inTransaction(context.pool, async (session) => {
      const uuid = uuidOf("token", id);
      const tokens = await listTokens(session, ofPerson);
      const token = tokens.find((one) => one.id === uuid);
      if (token === undefined) throw operationsErrors.E_OPERATIONS_NOT_FOUND({ text: id });
      const revoked = await revokeToken(session, uuid, ofPerson);
      const subject = idOf("token", uuid);
      const before = { name: token.name, person: token.person, state: token.state };
      const acts = [{ operation: "revoke-token", subject, before, after: { state: "revoked" } }];
      if (revoked) await auditActs(context, session, acts);
      return { id: subject, revoked };
    });
  },
});
