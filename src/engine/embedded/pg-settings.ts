/** Settings of postgresql.conf, by name; the caller's own win over ours. */
export type PostgresSettings = Readonly<Record<string, string>>;

/** What a durable ledger beside its hub on one machine wants. */
const LEDGER: PostgresSettings = {
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  // Rare checkpoints: each one makes every touched page go to the WAL whole once more.
  max_wal_size: "4GB",
  min_wal_size: "256MB",
  checkpoint_timeout: "15min",
  checkpoint_completion_target: "0.9",
  shared_buffers: "256MB",
  max_connections: "100",
  work_mem: "16MB",
  maintenance_work_mem: "128MB",
  random_page_cost: "1.1",
  // Statements are short and many; compiling them costs more than it saves.
  jit: "off",
  // Handoffs live as updated rows; dead ones must go before claims have to step over them.
  autovacuum_naptime: "10s",
  autovacuum_vacuum_scale_factor: "0.02",
  autovacuum_vacuum_insert_scale_factor: "0.05",
  // Tables whose rows change say 0.02 themselves (migration 0008); of the others a tenth more tells
  // the planner nothing new, and a young ledger grows by a fiftieth every second.
  autovacuum_analyze_scale_factor: "0.1",
  autovacuum_vacuum_cost_limit: "2000",
  autovacuum_vacuum_cost_delay: "1ms",
  timezone: "UTC",
  log_timezone: "UTC",
  datestyle: "ISO, YMD",
  lc_messages: "C",
  cluster_name: "tieout",
  log_line_prefix: "%m [%p] %q%a ",
  log_min_duration_statement: "5s",
  log_checkpoints: "off",
  log_autovacuum_min_duration: "60s",
  password_encryption: "scram-sha-256",
};

/** A cluster that is thrown away: nothing waits for the disk. */
const THROWAWAY: PostgresSettings = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  shared_buffers: "64MB",
  wal_level: "minimal",
  max_wal_senders: "0",
  autovacuum_naptime: "60s",
  max_connections: "200",
};

/** lz4 where the build has it. 18.4 for x64 has pglz only, which costs more than it saves. */
export function compressionSettings(hasLz4: boolean): PostgresSettings {
  return hasLz4 ? { wal_compression: "lz4", default_toast_compression: "lz4" } : {};
}

/** The `-c` arguments. Loopback only and no socket file, whatever the caller sets. */
export function settingArguments(
  port: number,
  durable: boolean,
  ...more: readonly PostgresSettings[]
): string[] {
  const settings: Record<string, string> = {
    ...LEDGER,
    ...(durable ? {} : THROWAWAY),
    ...Object.assign({}, ...more),
    port: String(port),
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/** pg_hba.conf of a cluster that is being restored: nobody. */
export const NOBODY_RULES = `# A restore is under way: nobody is let in.
host all all 0.0.0.0/0 reject
`;

/** pg_hba.conf: a password for every connection, from this machine only. */
export const HOST_RULES = `# Written by tieout at every start.
host all all 127.0.0.1/32 scram-sha-256
host replication all 127.0.0.1/32 scram-sha-256
`;
