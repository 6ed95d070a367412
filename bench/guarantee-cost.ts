/**
 * What each guarantee of intake costs the hub, read from a CPU profile: the product has no switch
 * for any of them, so none can be left out and measured as a difference.
 *
 * A sample of the processor belongs to the guarantee whose function is nearest above it on the
 * stack. Collection of garbage has no stack and stands alone; what is left is the server itself.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

interface Frame {
  readonly functionName: string;
  readonly url: string;
}

interface Node {
  readonly id: number;
  readonly callFrame: Frame;
  readonly children?: readonly number[];
}

export interface Profile {
  readonly nodes: readonly Node[];
  /** Ids of nodes, and how long each was on the processor, microseconds. */
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Functions by file; `*` is every function of the file. */
const GUARANTEES: readonly (readonly [what: string, file: string, names: readonly string[]])[] = [
  ["signature verified", "connectors/stripe/signature.js", ["*"]],
  ["strict reading: no doubled name, exact numbers", "kernel/strict-json.js", ["*"]],
  ["translation into our own events", "connectors/stripe/source.js", ["translate"]],
  ["contract and arithmetic checked", "contracts/check-contract.js", ["checkContract"]],
  ["identity and content compared", "intake/make-fact.js", ["understand", "assemble"]],
  ["routes, references, deadlines", "intake/make-rows.js", ["*"]],
  ["personal fields and bodies ciphered", "store/seal-facts.js", ["*"]],
  ["each row hashed", "store/seal-facts.js", ["hashed"]],
  ["one statement for all rows of a group", "store/insert-facts.js", ["*"]],
  ["released in order after the commit", "store/release-handoffs.js", ["*"]],
  ["to and from PostgreSQL", "node_modules/pg/", ["*"]],
  ["to and from PostgreSQL", "node_modules/pg-protocol/", ["*"]],
  ["to and from PostgreSQL", "node_modules/pg-pool/", ["*"]],
];

const REST = "HTTP and everything else";

function guaranteeOf({ functionName, url }: Frame): string | undefined {
  const found = GUARANTEES.filter(
    ([, file, names]) => url.includes(file) && (names[0] === "*" || names.includes(functionName)),
  );
  // A function that is named goes before the file it lies in.
  return (found.find(([, , names]) => names[0] !== "*") ?? found[0])?.[0];
}

const OWN = new Map([
  ["(idle)", "idle"],
  ["(garbage collector)", "collection of garbage"],
]);

/** Microseconds by guarantee, without idle time. */
export function costsOf({ nodes, samples, timeDeltas }: Profile): Map<string, number> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const owners = new Map<number, string>();
  const assign = (id: number, above: string): void => {
    const node = byId.get(id);
    if (node === undefined) return;
    const own = OWN.get(node.callFrame.functionName) ?? guaranteeOf(node.callFrame) ?? above;
    owners.set(id, own);
    for (const child of node.children ?? []) assign(child, own);
  };
  const children = new Set(nodes.flatMap((node) => node.children ?? []));
  for (const { id } of nodes) if (!children.has(id)) assign(id, REST);
  const costs = new Map<string, number>();
  for (const [at, id] of samples.entries()) {
    const owner = owners.get(id) ?? REST;
    costs.set(owner, (costs.get(owner) ?? 0) + (timeDeltas[at] ?? 0));
  }
  costs.delete("idle");
  return costs;
}

/** The profile that the process of that number left behind; undefined where there is none. */
export function readProfile(folder: string, pid: number): Profile | undefined {
  const name = readdirSync(folder).find((file) => file.split(".")[3] === String(pid));
  if (name === undefined) return undefined;
  return JSON.parse(readFileSync(path.join(folder, name), "utf8")) as Profile;
}
