/** Every invariant of docs/invariants.md: those that are checked, and those still to come. */
import { chain } from "./chain.ts";
import { conservation } from "./conservation.ts";
import { fourEyes } from "./four-eyes.ts";
import { immutability } from "./immutability.ts";
import type { Invariant } from "./invariant.ts";
import { keyStability } from "./key-stability.ts";
import { lineage } from "./lineage.ts";
import { linesTie } from "./lines-tie.ts";
import { noBlindRetry } from "./no-blind-retry.ts";
import { noLoss } from "./no-loss.ts";
import { noOrphan } from "./no-orphan.ts";
import { order } from "./order.ts";
import { payloadBinding } from "./payload-binding.ts";
import { quota } from "./quota.ts";
import { singleEffect } from "./single-effect.ts";
import { terminal } from "./terminal.ts";
import { writeAhead } from "./write-ahead.ts";

export const invariants: readonly Invariant[] = [
  noLoss,
  singleEffect,
  noOrphan,
  terminal,
  conservation,
  linesTie,
  writeAhead,
  noBlindRetry,
  keyStability,
  payloadBinding,
  order,
  immutability,
  chain,
  fourEyes,
  lineage,
  quota,
];

/** Named so that nobody takes their absence for a pass. */
export const notApplicableYet: Readonly<Record<string, string>> = {
  Balance: "no journals are made yet",
  ReplayIdempotent: "shown by a run that replays, not by looking",
  Rebuildable: "shown by a run that drops the engine's data, not by looking",
  PeriodSafe: "no period policy yet",
  ExclusiveMatch: "no reconciliation yet",
  ScheduleTies: "no revenue schedules yet",
  NoDoubleRecognition: "no revenue entries yet",
  IntercompanyZero: "no intercompany journals yet",
  ClearingTies: "no general ledger balances are read yet",
  TenantIsolation: "no row-level scopes yet",
  BoundedLiveness: "shown by a run after its faults stop; Terminal names what sits too long",
};
