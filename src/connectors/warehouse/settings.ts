/**
 * What a warehouse connection must be told.
 *
 * account     our name of this warehouse for good; part of every reference, so it must not change
 *             when the server moves to another host or port
 * schema      the PostgreSQL schema that is the connector's own; nothing else may write there
 * connections seats that load at once; each takes at most one
 */
import { z } from "zod";

const postgresUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, "an address like postgres://user@host:5432/database");

/** A plain name: it stands in SQL as it is written here. */
const schemaName = z
  .string()
  .regex(/^(?!pg_)[a-z][a-z0-9_]{0,50}$/, "lower-case letters, digits and underscores");

export const warehouseSettingsSchema = z.strictObject({
  connection: z.string().min(1),
  account: z.string().min(1),
  url: postgresUrl,
  schema: schemaName.default("warehouse"),
  /** Events of one call, and of one transaction. */
  maxItems: z.number().int().min(1).max(10_000).default(1_000),
  connections: z.number().int().min(1).max(50).default(2),
  /** The longest a statement may run in the warehouse, milliseconds. */
  timeoutMs: z.number().int().min(1_000).max(900_000).default(60_000),
});

/** As a person writes it: what has a default may be left out. */
export type WarehouseSettingsInput = z.input<typeof warehouseSettingsSchema>;
export type WarehouseSettings = z.infer<typeof warehouseSettingsSchema>;
