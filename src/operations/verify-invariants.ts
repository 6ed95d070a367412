/** Looks for what breaks our promises, in the ledger and in the targets themselves. */
import { z } from "zod";
import { messageOf } from "../kernel/errors.ts";
import { operationsErrors } from "./errors.ts";
import { verifyEvidence } from "./evidence/verify-evidence.ts";
import { invariants, notApplicableYet } from "./invariants/all-invariants.ts";
import { CHAIN_HOLDS, findingOf } from "./invariants/chain.ts";
import type { Finding, Invariant, InvariantContext } from "./invariants/invariant.ts";
import { withDocuments } from "./invariants/invariant.ts";
import type { OperationContext } from "./operation.ts";
import { defineOperation } from "./operation.ts";

/** So many violations of one invariant are listed; the count covers all that were found. */
const SHOWN = 50;

const resultShape = z.strictObject({
  name: z.string(),
  holdsWhen: z.string(),
  state: z.enum(["held", "violated", "not checked", "not applicable yet"]),
  why: z.string().optional(),
  looked: z.record(z.string(), z.number()),
  violationCount: z.number(),
  violations: z.array(
    z.strictObject({ what: z.string(), ids: z.array(z.string()), detail: z.string() }),
  ),
  limits: z.array(z.string()),
  figures: z.array(z.string()),
  ms: z.number(),
});

export type InvariantResult = z.infer<typeof resultShape>;

const output = z.strictObject({
  held: z.number(),
  violated: z.number(),
  notChecked: z.number(),
  notApplicableYet: z.number(),
  results: z.array(resultShape),
});

/** With this begins `why` of a check that broke off; the others lack what they would look at. */
export const CHECK_FAILED = "the check itself failed";

export type VerifyResult = z.infer<typeof output>;

export const verifyInvariantsOperation = defineOperation({
  name: "verify-invariants",
  summary: "Checks what must always hold, in the ledger and in the targets; names what breaks it.",
  permission: "audit.verify",
  input: z.strictObject({
    only: z.array(z.string()).optional().describe("names of invariants"),
    sample: z.coerce
      .number()
      .int()
      .min(0)
      .max(10_000_000)
      .default(20_000)
      .describe("rows per table that are hashed or parsed again, newest first"),
    offline: z
      .string()
      .min(1)
      .optional()
      .describe("verify this file of audit export instead, without a ledger"),
    root: z
      .array(z.string().regex(/^[1-9]\d*:[0-9a-f]{64}$/, "is not number:hash"))
      .optional()
      .describe("with --offline: blocks known from elsewhere, as audit root prints them"),
  }),
  output,
  errors: ["E_OPERATIONS_EVIDENCE_FILE", "E_OPERATIONS_NO_FILES"],
  run: async (context, { only, sample, offline, root }) => {
    if (offline !== undefined) return summary([await checkFile(context, offline, root ?? [])]);
    const within = withDocuments(context, sample);
    const wanted = (name: string): boolean => only === undefined || only.includes(name);
    const results: InvariantResult[] = [];
    for (const invariant of invariants) {
      if (wanted(invariant.name)) results.push(await checkOne(invariant, within));
    }
    for (const [name, why] of Object.entries(notApplicableYet)) {
      if (wanted(name)) results.push(later(name, why));
    }
    return summary(results);
  },
});

function summary(results: InvariantResult[]): VerifyResult {
  const count = (state: InvariantResult["state"]): number =>
    results.filter((one) => one.state === state).length;
  return {
    held: count("held"),
    violated: count("violated"),
    notChecked: count("not checked"),
    notApplicableYet: count("not applicable yet"),
    results,
  };
}

/** Only Chain can be asked of a file; nothing of the context but hashing and files is used. */
function checkFile(
  context: OperationContext,
  path: string,
  roots: readonly string[],
): Promise<InvariantResult> {
  const files = context.surroundings?.files;
  if (files === undefined) {
    throw operationsErrors.E_OPERATIONS_NO_FILES({ operation: "verify-invariants" });
  }
  const known = roots.map((root): [number, string] => {
    const [number = "", hash = ""] = root.split(":");
    return [Number(number), hash];
  });
  return timed(context, { name: "Chain", holdsWhen: CHAIN_HOLDS }, async () =>
    findingOf(await verifyEvidence(context.hasher, files.read(path), new Map(known))),
  );
}

async function checkOne(invariant: Invariant, context: InvariantContext): Promise<InvariantResult> {
  const started = context.clock.monotonic();
  const { name, holdsWhen } = invariant;
  try {
    return await timed(context, invariant, () => invariant.check(context));
  } catch (thrown) {
    const ms = Math.round(context.clock.monotonic() - started);
    const why = `${CHECK_FAILED}: ${messageOf(thrown)}`;
    return { ...later(name, why), holdsWhen, state: "not checked", ms };
  }
}

async function timed(
  { clock }: Pick<OperationContext, "clock">,
  { name, holdsWhen }: Pick<Invariant, "name" | "holdsWhen">,
  find: () => Promise<Finding>,
): Promise<InvariantResult> {
  const started = clock.monotonic();
  const finding = await find();
  const ms = Math.round(clock.monotonic() - started);
  return { name, holdsWhen, ...judge(finding), ...shown(finding), ms };
}

/** Never a false green: a part that could not be looked at leaves the whole unknown. */
function judge(finding: Finding): Pick<InvariantResult, "state" | "why"> {
  if (finding.violations.length > 0) return { state: "violated" };
  if (finding.notChecked.length > 0) {
    return { state: "not checked", why: finding.notChecked.join("; ") };
  }
  if (Object.keys(finding.looked).length === 0) {
    return { state: "not checked", why: "there was nothing to look at" };
  }
  return { state: "held" };
}

function shown(
  finding: Finding,
): Pick<InvariantResult, "looked" | "violationCount" | "violations" | "limits" | "figures"> {
  return {
    looked: { ...finding.looked },
    violationCount: finding.violations.length,
    violations: finding.violations.slice(0, SHOWN).map((one) => ({ ...one, ids: [...one.ids] })),
    limits: [...(finding.limits ?? [])],
    figures: [...(finding.figures ?? [])],
  };
}

function later(name: string, why: string): InvariantResult {
  return {
    name,
    holdsWhen: "",
    state: "not applicable yet",
    why,
    looked: {},
    violationCount: 0,
    violations: [],
    limits: [],
    figures: [],
    ms: 0,
  };
}
