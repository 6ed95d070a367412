/** Is everything that must run there, and is it well; each finding with what to do. */
import { z } from "zod";
import { epochMs } from "../kernel/clock.ts";
import { messageOf } from "../kernel/errors.ts";
import { checkDatabase, listPartitions } from "../store/check-database.ts";
import { checkApiRole } from "../store/ensure-api-role.ts";
import { findSendingPermission, listHubs } from "../store/list-connections.ts";
import type { OperationContext } from "./operation.ts";
import { defineOperation } from "./operation.ts";

const checkShape = z.strictObject({
  name: z.string(),
  status: z.enum(["ok", "warning", "failed", "not checked"]),
  detail: z.string(),
  remedy: z.string().optional(),
});

export type DoctorCheck = z.infer<typeof checkShape>;

const output = z.strictObject({ healthy: z.boolean(), checks: z.array(checkShape) });

/** Business dates and leases tolerate this much between our clock and the database's. */
const SKEW_MS = 2000;

export const doctorOperation = defineOperation({
  name: "doctor",
  summary: "Checks database, schema, partitions, hubs, engine, clocks, disk, rights.",
  permission: "health.read",
  input: z.strictObject({}),
  output,
  errors: [],
  run: async (context) => {
    const database = await guarded("database", () => databaseChecks(context));
    // Without a database every other answer of it would be the same failure again.
    const rest =
      database[0]?.status === "failed"
        ? []
        : [
            ...(await guarded("partitions", () => partitionCheck(context))),
            ...(await guarded("hubs", () => hubCheck(context))),
            ...(await guarded("sending", () => sendingCheck(context))),
            ...(await guarded("row security", () => rowSecurityCheck(context))),
          ];
    const checks = [
      ...database,
      ...rest,
      ...(await guarded("engine", () => engineCheck(context))),
      ...(await guarded("disk", () => diskCheck(context))),
      ...(await guarded("backup", async () => [backupCheck(context)])),
    ];
    return { healthy: checks.every((one) => one.status !== "failed"), checks };
  },
});

async function guarded(name: string, check: () => Promise<DoctorCheck[]>): Promise<DoctorCheck[]> {
  try {
    return await check();
  } catch (thrown) {
    const remedy = name === "database" ? "Start it with: npm start" : undefined;
    return [{ name, status: "failed", detail: messageOf(thrown), remedy }];
  }
}

async function databaseChecks({ pool, clock }: OperationContext): Promise<DoctorCheck[]> {
  const before = clock.now();
  const facts = await checkDatabase(pool);
  const skew = facts.now_ms - Math.round((before + clock.now()) / 2);
  const server = Math.floor(facts.server_version / 10_000);
  return [
    { name: "database", status: "ok", detail: `PostgreSQL ${server} answers` },
    facts.durable
      ? { name: "durability", status: "ok", detail: "commits are flushed" }
      : {
          name: "durability",
          status: "failed",
          detail: "fsync or synchronous_commit is off: a crash loses what was acknowledged",
          remedy: "Switch both on in the server's configuration.",
        },
    facts.schema_version === null
      ? {
          name: "schema",
          status: "failed",
          detail: "no migration was applied",
          remedy: "Start it once with: npm start",
        }
      : { name: "schema", status: "ok", detail: `at ${facts.schema_version}` },
    Math.abs(skew) <= SKEW_MS
      ? { name: "clock", status: "ok", detail: `within ${Math.abs(skew)} ms of the database` }
      : {
          name: "clock",
          status: "warning",
          detail: `${skew} ms off the database's clock`,
          remedy: "Synchronise the clocks (NTP); received times are ours, leases the database's.",
        },
  ];
}

async function partitionCheck({ pool, clock }: OperationContext): Promise<DoctorCheck[]> {
  const tables = ["inbound", "event", "handoff", "attempt", "outcome"];
  const present = await listPartitions(pool, tables);
  const now = new Date(clock.now());
  const months = [0, 1].map((ahead) => {
    const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1));
    return first.toISOString().slice(0, 7).replace("-", "_");
  });
  const lacking = tables
    .flatMap((table) => months.map((month) => `${table}_${month}`))
    .filter((name) => !present.has(name));
  if (lacking.length === 0) {
    return [
      { name: "partitions", status: "ok", detail: "this month's and next month's are there" },
    ];
  }
  return [
    {
      name: "partitions",
      status: "warning",
      detail: `missing: ${lacking.join(", ")}; rows go to the default partition`,
      remedy: "A running hub makes them daily; start one.",
    },
  ];
}

async function hubCheck({ pool }: OperationContext): Promise<DoctorCheck[]> {
  const hubs = await listHubs(pool);
  const alive = hubs.filter((hub) => hub.alive);
  if (alive.length > 0) {
    const names = alive.map((hub) => `${hub.name} (${hub.version})`).join(", ");
    return [{ name: "hubs", status: "ok", detail: `alive: ${names}` }];
  }
  const detail = hubs.length === 0 ? "none was ever seen" : "none has been seen for 10 seconds";
  return [{ name: "hubs", status: "failed", detail, remedy: "Start it with: npm start" }];
}

async function sendingCheck({ pool }: OperationContext): Promise<DoctorCheck[]> {
  const { allowed, reason, epoch } = await findSendingPermission(pool);
  if (allowed) return [{ name: "sending", status: "ok", detail: `allowed, epoch ${epoch}` }];
  return [
    {
      name: "sending",
      status: "warning",
      detail: `switched off: ${reason ?? "no reason given"}`,
      remedy: "tieout sending resume says what would follow, and what must be confirmed first.",
    },
  ];
}

async function rowSecurityCheck({ pool }: OperationContext): Promise<DoctorCheck[]> {
  const role = await checkApiRole(pool);
  if (role.ready) {
    return [{ name: "row security", status: "ok", detail: "requests of people run behind it" }];
  }
  const detail = `requests of people are refused: ${role.why}`;
  return [{ name: "row security", status: "warning", detail, remedy: role.remedy }];
}

async function engineCheck({ surroundings }: OperationContext): Promise<DoctorCheck[]> {
  if (surroundings?.engineReachable === undefined) {
    return [{ name: "engine", status: "not checked", detail: "its address is not known here" }];
  }
  if (await surroundings.engineReachable()) {
    return [{ name: "engine", status: "ok", detail: "answers" }];
  }
  const remedy = "Start it with: npm start. Nothing is lost meanwhile; work waits in the ledger.";
  return [{ name: "engine", status: "failed", detail: "does not answer", remedy }];
}

async function diskCheck({ surroundings }: OperationContext): Promise<DoctorCheck[]> {
  if (surroundings?.diskSpace === undefined) {
    return [{ name: "disk", status: "not checked", detail: "the data is not on this machine" }];
  }
  const { free, total, refuseBelow, pauseBelow, holdsLedger } = await surroundings.diskSpace();
  const percent = total === 0 ? 0 : Math.floor((free * 100) / total);
  const left = `${mebibytes(free)} MiB free, ${percent} %`;
  const remedy = "Free or add space; intake takes facts again by itself.";
  if (!holdsLedger) {
    const detail = `${left} here; the ledger is on another server, whose disk is not seen`;
    return [{ name: "disk", status: "ok", detail }];
  }
  if (free < refuseBelow) {
    const lanes = free < pauseBelow ? ", lanes wait" : "";
    return [{ name: "disk", status: "failed", detail: `${left}: intake refuses${lanes}`, remedy }];
  }
  const detail = `${left}; intake refuses below ${mebibytes(refuseBelow)} MiB`;
  if (free >= 2 * refuseBelow && percent >= 5) return [{ name: "disk", status: "ok", detail }];
  return [{ name: "disk", status: "warning", detail, remedy }];
}

function mebibytes(bytes: number): number {
  return Math.floor(bytes / 1024 ** 2);
}

/** A backup a night, and some hours for a night that was long. */
const BACKUP_HOURS = 36;

function backupCheck({ surroundings, clock }: OperationContext): DoctorCheck {
  const name = "backup";
  if (surroundings?.backups === undefined) {
    return {
      name,
      status: "not checked",
      detail: "another server keeps the ledger, or its copies",
    };
  }
  const { newestAt, archiveStopped } = surroundings.backups();
  const remedy = "tieout backup <folder>";
  if (newestAt === undefined) {
    return { name, status: "warning", detail: "none was made of this data folder", remedy };
  }
  const hours = Math.floor((clock.now() - epochMs(newestAt)) / 3_600_000);
  const detail = `the newest is of ${newestAt}, ${hours} h ago`;
  if (archiveStopped !== undefined) {
    const why = `${detail}; its log is archived no more: ${archiveStopped}`;
    return { name, status: "warning", detail: why, remedy };
  }
  if (hours > BACKUP_HOURS) return { name, status: "warning", detail, remedy };
  return { name, status: "ok", detail };
}
