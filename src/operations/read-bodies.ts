/** Bodies hold personal data: they are read with the rows of the permission for bodies alone. */
import { may, scopeOf } from "../access/roles.ts";
import type { Pool } from "../store/database.ts";
import type { OperationContext } from "./operation.ts";

/** Undefined for an actor who may read no bodies; whoever asks then does without names. */
export function poolForBodies(context: OperationContext, whole: Pool): Pool | undefined {
  const { actor, scoped } = context;
  if (!may(actor, "event.read")) return undefined;
  return scoped === undefined ? whole : scoped(scopeOf(actor, "event.read"));
}
