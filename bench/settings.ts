/** The command line. */
import { parseArgs } from "node:util";

export const benchIds = ["P1", "P2", "P3", "P8", "P11"] as const;
export type BenchId = (typeof benchIds)[number];

/** What can be left out of P1 from outside; the product itself has no switch for any guarantee. */
export const parts = ["sealer", "search"] as const;
export type Part = (typeof parts)[number];

export interface Settings {
  readonly ids: readonly BenchId[];
  readonly json: boolean;
  readonly peers: boolean;
  /** Measured events or handoffs; each benchmark has its own default. */
  readonly count: number | undefined;
  /** Measured events of each peer. */
  readonly peerCount: number | undefined;
  readonly lanes: readonly number[];
  readonly connections: readonly number[];
  /** P1 and P2: hubs that share the load. */
  readonly hubs: readonly number[];
  readonly backlog: readonly number[];
  /** P8: events in the ledger before intake is measured. */
  readonly preload: readonly number[];
  /** P1: turns of ours and the peer's; the middle one of each counts. */
  readonly rounds: number;
  /** P1: what is left out in further measurements, each beside one with everything. */
  readonly without: readonly Part[];
  /** Writes a CPU profile of each hub to bench/out. */
  readonly profile: boolean;
}

export const usage = `npm run bench -- [P1 P2 P3 P8 P11] [options]
npm run bench -- render bench/out/*.json

  --json                 the result as JSON on standard output, the table on standard error
  --count <n>            measured events or handoffs; P11: events in the ledger
  --no-peers             only ours
  --peer-count <n>       measured events of each peer
  --lanes 8,16,32        P2: lanes of the books
  --connections 16,64    P1: connections of the load
  --hubs 1,2             P1, P2: hubs that share the load
  --backlog 1000,100000  P8: open handoffs besides those that are measured
  --preload 0,1000000    P8: events in the ledger before intake is measured
  --rounds <n>           P1: ours and the peer n times in turns; the middle ratio counts
  --without sealer,search  P1: again without the sealer, without the index of a customer's
                         documents; in rounds, and what each costs as a ratio
  --profile              a CPU profile of each hub in bench/out
`;

/** Throws a sentence for what it does not understand. */
export function readSettings(given: readonly string[]): Settings {
  const { values, positionals } = parseArgs({
    args: [...given],
    allowPositionals: true,
    allowNegative: true,
    options: {
      json: { type: "boolean", default: false },
      peers: { type: "boolean", default: true },
      profile: { type: "boolean", default: false },
      without: { type: "string", default: "" },
      count: { type: "string" },
      rounds: { type: "string", default: "1" },
      "peer-count": { type: "string" },
      lanes: { type: "string", default: "8,16,32" },
      connections: { type: "string", default: "16,64,128" },
      hubs: { type: "string", default: "1,2" },
      backlog: { type: "string", default: "1000,100000,1000000" },
      preload: { type: "string", default: "0,1000000" },
    },
  });
  const ids = positionals.map((text) => {
    const id = benchIds.find((one) => one === text.toUpperCase());
    if (id === undefined) throw new Error(`${text} is none of ${benchIds.join(", ")}`);
    return id;
  });
  return {
    ids: ids.length === 0 ? benchIds : ids,
    json: values.json,
    peers: values.peers,
    profile: values.profile,
    rounds: Math.max(1, whole("rounds", values.rounds)),
    without: partsOf(values.without),
    count: values.count === undefined ? undefined : whole("count", values.count),
    peerCount:
      values["peer-count"] === undefined ? undefined : whole("peer-count", values["peer-count"]),
    lanes: list("lanes", values.lanes),
    connections: list("connections", values.connections),
    hubs: list("hubs", values.hubs),
    backlog: list("backlog", values.backlog),
    preload: list("preload", values.preload),
  };
}

function partsOf(text: string): Part[] {
  const names = text === "" ? [] : text.split(",");
  return names.map((name) => {
    const part = parts.find((one) => one === name);
    if (part === undefined) throw new Error(`--without: ${name} is none of ${parts.join(", ")}`);
    return part;
  });
}

function list(name: string, text: string): number[] {
  return text.split(",").map((one) => whole(name, one));
}

function whole(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name}: ${text} is not a whole number`);
  return Number(text);
}
