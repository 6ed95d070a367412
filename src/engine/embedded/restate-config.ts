export interface RestatePorts {
  readonly ingress: number;
  readonly admin: number;
  readonly fabric: number;
}

/**
 * The configuration of one Restate node for one machine, as TOML. Everything binds to loopback,
 * the fabric and the admin port have no login. Memory: the defaults reserve 2 GiB for RocksDB and
 * 1 GiB for queries. `partitions` counts only when the data folder is new.
 */
export function restateConfig(baseDir: string, ports: RestatePorts, partitions: number): string {
  return `# Written by tieout at every start; set RESTATE_* variables to override.
cluster-name = "tieout"
# The node's data lie under its name: it must never change, not even with the host's.
node-name = "tieout-1"
base-dir = ${JSON.stringify(baseDir)}
listen-mode = "tcp"
bind-address = "127.0.0.1:${ports.fabric}"
advertised-address = "http://127.0.0.1:${ports.fabric}/"
default-num-partitions = ${partitions}
default-replication = 1
auto-provision = true
shutdown-timeout = "10s"
disable-telemetry = true
log-format = "compact"
log-disable-ansi-codes = true
# At every start 1.7 asks GitHub for the newest release and offers no switch (observed); without a
# network that is an error in the log, of no consequence.
log-filter = "warn,octocrab=off"
rocksdb-total-memory-size = "192 MiB"

[ingress]
bind-address = "127.0.0.1:${ports.ingress}"

[admin]
bind-address = "127.0.0.1:${ports.admin}"
disable-web-ui = true

[admin.query-engine]
memory-size = "128 MiB"

[worker]
data-service-memory-limit = "64 MiB"

[worker.invoker]
memory-limit = "256 MiB"

[bifrost]
record-cache-memory-size = "32 MiB"
`;
}
