/** `tieout dead-letters retry`: translates dead letters anew, after a connector was mended. */
import { checkContract } from "../contracts/check-contract.ts";
import { retranslate } from "../intake/retranslate.ts";
import { makeRouter } from "../routing/route-event.ts";
import { releaseHandoffs } from "../store/release-handoffs.ts";
import { connect, ledgerAddress, sandboxAddresses } from "./connect.ts";
import { readEnvironment } from "./environment.ts";
import { appErrors } from "./errors.ts";
import { targetFacts } from "./hub-intake.ts";
import { configFor } from "./hub-process.ts";
import { systemClock, systemHasher, systemRandom } from "./system.ts";

export async function retryDeadLetters(flags: { readonly json?: boolean }): Promise<void> {
  const environment = readEnvironment();
  const databaseUrl = await ledgerAddress(environment);
  const connected = await connect();
  if (connected === undefined || databaseUrl === undefined) {
    throw appErrors.E_APP_NOT_RUNNING({ dataDir: environment.dataDir });
  }
  try {
    const { pool, keyring, sources, targets } = connected.context;
    const config = await configFor(
      databaseUrl,
      sandboxAddresses(environment),
      environment.configFile,
    );
    const facts = targetFacts(
      config.targets.flatMap(({ settings, budget }) => {
        const target = targets.get(settings.connection);
        return target === undefined ? [] : [{ target, budget }];
      }),
    );
    const maker = {
      clock: systemClock,
      random: systemRandom,
      hasher: systemHasher,
      route: makeRouter(config.flows, facts),
      checkContract,
    };
    const heads: { target: string; object: string }[] = [];
    const store = {
      pool,
      keyring,
      hasher: systemHasher,
      onCommitted: (kept: readonly { handoffs: readonly Handoff[] }[]) => {
        for (const { handoffs } of kept) {
          heads.push(...handoffs.map((h) => ({ target: h.target, object: h.event.subject })));
        }
      },
    };
    const report = await retranslate(pool, maker, store, sources);
    await releaseHandoffs(pool, heads);
    const text = `${report.tried} dead letters tried, ${report.understood} understood now, ${report.foreign} of connections not configured here.`;
    process.stdout.write(flags.json === true ? `${JSON.stringify(report)}\n` : `${text}\n`);
  } finally {
    await connected.close();
  }
}

interface Handoff {
  readonly target: string;
  readonly event: { readonly subject: string };
}
