/** The product's own invariants, after the run, with the sandbox's evidence. */
import { openConnections } from "../../src/app/config.ts";
import { version } from "../../src/app/environment.ts";
import { masterKeys } from "../../src/app/master-keys.ts";
import { systemCipher, systemClock, systemHasher, systemRandom } from "../../src/app/system.ts";
import { findStoryOperation } from "../../src/operations/find-story.ts";
import type { Evidence, OperationContext } from "../../src/operations/operation.ts";
import { runOperation } from "../../src/operations/operation.ts";
import type { VerifyResult } from "../../src/operations/verify-invariants.ts";
import { verifyInvariantsOperation } from "../../src/operations/verify-invariants.ts";
import type { Pool } from "../../src/store/database.ts";
import { openKeyring } from "../../src/store/keyring.ts";
import { faultRunConfig } from "./settings.ts";
import type { Stage } from "./stage.ts";

export interface Auditor {
  /** With which this process asks operations, as the command line does. */
  readonly context: OperationContext;
  verify(evidence: Evidence): Promise<VerifyResult>;
  /** The lines of an object's story; the reason when there is none. */
  story(id: string): Promise<string[]>;
  close(): Promise<void>;
}

export function openAuditor(stage: Stage, pool: Pool): Auditor {
  const config = faultRunConfig({
    stripeUrl: stage.stripe.url,
    netsuiteUrl: stage.netsuite.url,
    webhookSecrets: stage.webhookSecrets,
    databaseUrl: stage.databaseUrl(),
  });
  const connections = openConnections(config, () => undefined);
  const keyring = openKeyring({
    url: stage.databaseUrl(),
    cipher: systemCipher,
    random: systemRandom,
    clock: systemClock,
    master: masterKeys({ variables: {}, dataDir: stage.dataDir }),
    onIdleError: () => undefined,
  });
  const context: OperationContext = {
    pool,
    keyring,
    clock: systemClock,
    random: systemRandom,
    hasher: systemHasher,
    actor: { name: "fault run", roles: ["auditor", "controller"] },
    version,
    targets: new Map(connections.targets.map(({ target }) => [target.connection, target])),
    sources: new Map(connections.sources.map((source) => [source.connection, source])),
    release: async () => undefined,
  };
  return {
    context,
    verify: (evidence) =>
      runOperation(verifyInvariantsOperation, { ...context, evidence }, { sample: 10_000_000 }),
    async story(id) {
      try {
        const story = await runOperation(findStoryOperation, context, { id });
        return [
          story.verdict.sentence,
          ...story.entries.map((one) => `${one.at} ${one.system} ${one.object} ${one.text}`),
        ];
      } catch (thrown) {
        return [`no story: ${String(thrown)}`];
      }
    },
    async close() {
      await keyring.close();
      await Promise.all(connections.targets.map(({ target }) => target.close?.()));
      await Promise.all(connections.sources.map((source) => source.close?.()));
    },
  };
}

/** The warehouse keeps no access log, so a budget's quota there cannot be read from it. */
const UNREADABLE = /^warehouse: no access log of the target to read$/;

export interface InvariantLine {
  readonly name: string;
  readonly state: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly violations: readonly string[];
}

export function invariantLines(result: VerifyResult): InvariantLine[] {
  return result.results
    .filter((one) => one.state !== "not applicable yet")
    .map((one) => {
      const excused = one.state === "not checked" && UNREADABLE.test(one.why ?? "");
      const looked = Object.entries(one.looked).map(([what, count]) => `${count} ${what}`);
      return {
        name: one.name,
        state: excused ? "held" : one.state,
        ok: one.state === "held" || excused,
        detail: [...looked, ...(one.why === undefined ? [] : [one.why])].join(", "),
        violations: one.violations.map((v) => `${v.what}: ${v.ids.join(" ")} ${v.detail}`),
      };
    });
}
