/** What a preparation reads of the event it prepares: its data by contract, and its links. */
import type { z } from "zod";
import { objectKey, parseObjectKey } from "../../contracts/envelope.ts";
import type { ApplyContext } from "./target.ts";

/** The source connection of the event; objects it names are its own. */
export function sourceOf(context: ApplyContext): string {
  return parseObjectKey(context.event.subject).connection;
}

/** The event's data in the shape of its contract; `unreadable` makes what is thrown if not. */
export function readEventData<Schema extends z.ZodType>(
  context: ApplyContext,
  schema: Schema,
  unreadable: (reason: string) => Error,
): z.infer<Schema> {
  const read = schema.safeParse(context.event.data);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw unreadable(`${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`.trim());
}

/** The target's id of an object of the event's own source; undefined while there is no link. */
export function linkOf(context: ApplyContext, role: string, id: string): string | undefined {
  return context.links.get(objectKey(sourceOf(context), role, id));
}

/** The one link of an entity among what the handoff needs; undefined for none or several. */
export function onlyLinkOf(context: ApplyContext, role: string): string | undefined {
  const found = [...context.links].filter(
    ([key]) => key !== context.event.subject && parseObjectKey(key).entity === role,
  );
  return found.length === 1 ? found[0]?.[1] : undefined;
}
