import { instant } from "../../kernel/clock.ts";
import { checkChain } from "../../store/check-chain.ts";
import { checkTriggers } from "../../store/check-immutability.ts";
import { countTail, findBlockBefore } from "../../store/read-evidence.ts";
import { evidenceLines } from "../evidence/evidence-file.ts";
import type { EvidenceReport } from "../evidence/verify-evidence.ts";
import { verifyEvidence } from "../evidence/verify-evidence.ts";
import type { Finding, Invariant } from "./invariant.ts";

export const CHAIN_HOLDS = "sealed blocks verify offline, and the unsealed tail is stated";

/** In the ledger: every link, and the rows of the newest blocks by the verifier of files. */
export const chain: Invariant = {
  name: "Chain",
  holdsWhen: CHAIN_HOLDS,
  check: async ({ pool, clock, hasher, sample }) => {
    const links = await checkChain(pool);
    const tables = await checkTriggers(pool, ["seal_block", "evidence_change"]);
    const from = await findBlockBefore(pool, sample);
    const lines = evidenceLines(pool, from, instant(clock.now()));
    const report = await verifyEvidence(hasher, lines, new Map(), Number(from));
    const finding = findingOf(report);
    const tail = await countTail(pool);
    const open = tables.filter((table) => !table.held);
    const { looked } = finding;
    const said = new Set(links.broken.map(({ what, ids }) => `${what} ${ids.join()}`));
    return {
      ...finding,
      looked: { ...links.looked, ...looked },
      violations: [
        ...links.broken,
        ...finding.violations.filter(({ what, ids }) => !said.has(`${what} ${ids.join()}`)),
        ...open.map(({ name }) => ({
          ...{ what: "table that may be changed", ids: [name] },
          detail: "no enabled trigger refuses update and delete",
        })),
      ],
      notChecked: report.blocks === 0 && tail.rows > 0 ? ["nothing is sealed yet"] : [],
      limits: from === "1" ? [] : [`rows of blocks before ${from}; audit export has them all`],
    };
  },
};

/** What a verified file says, as any invariant says it. */
export function findingOf(report: EvidenceReport): Finding {
  const rows = Object.entries(report.rows).map(([table, count]) => [`rows of ${table}`, count]);
  const { newest, unsealed, replaced, retired, retirements } = report;
  return {
    looked: { blocks: report.blocks, ...Object.fromEntries(rows) },
    violations: report.problems,
    notChecked: [],
    figures: [
      ...(newest === undefined ? [] : [`newest block ${newest.number}:${newest.hash}`]),
      ...(unsealed === undefined
        ? []
        : [`not sealed yet: ${unsealed.rows} rows, the oldest for ${unsealed.oldestSeconds} s`]),
      ...(replaced + retired === 0
        ? []
        : [`gone on purpose, by a sealed record: ${replaced} bodies, ${retired} rows`]),
      ...retirements.map(
        ({ table, at, reason, rows: count }) =>
          `${count} rows of ${table} retired on ${at.slice(0, 10)}: ${reason}`,
      ),
    ],
  };
}
