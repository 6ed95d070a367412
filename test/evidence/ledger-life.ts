/** One life of a ledger: a data folder with its servers and a hub; the sandboxes outlive it. */
import type { Hub } from "../../src/app/hub.ts";
import { startHub } from "../../src/app/hub.ts";
import { startEmbeddedRestate } from "../../src/engine/embedded/restate.ts";
import { operations } from "../../src/operations/all-operations.ts";
import type { OperationContext } from "../../src/operations/operation.ts";
import { runOperation } from "../../src/operations/operation.ts";
import type { NetSuiteSandbox } from "../../src/sandbox/netsuite/sandbox.ts";
import type { StripeSandbox } from "../../src/sandbox/stripe/start.ts";
import {
  freePort,
  hubSettings,
  netSuiteBooks,
  settledHub,
  startSandboxes,
} from "../support/hub-room.ts";
import type { LedgerServer } from "../support/ledger-server.ts";
import { quiet, serveLedger } from "../support/ledger-server.ts";
import { testKeyring } from "../support/system-cipher.ts";
import { systemClock as clock } from "../support/system-clock.ts";
import { systemHasher } from "../support/system-hasher.ts";
import { systemRandom } from "../support/system-random.ts";

export interface Outside {
  readonly stripe: StripeSandbox;
  readonly netsuite: NetSuiteSandbox;
  readonly webhookPort: number;
  readonly secret: string;
  close(): Promise<void>;
}

/** The systems on both sides, with the address to which the source posts. */
export async function openOutside(): Promise<Outside> {
  const { stripe, netsuite } = await startSandboxes();
  const webhookPort = await freePort();
  const url = `http://127.0.0.1:${webhookPort}/in/stripe-us`;
  const endpoint = stripe.world.createWebhookEndpoint({ url, enabled_events: ["*"] });
  return {
    ...{ stripe, netsuite, webhookPort, secret: endpoint.secrets[0] ?? "" },
    async close() {
      await stripe.close();
      await netsuite.close();
    },
  };
}

export interface Life {
  readonly ledger: LedgerServer;
  readonly hub: Hub;
  readonly log: string[];
  readonly context: OperationContext;
  settled(timeoutMs: number): Promise<Record<string, number>>;
  resume(input?: object): ReturnType<typeof resumeIn>;
  /** `last`: done when the hub has ended and its ledger still answers. */
  stop(last?: () => Promise<unknown>): Promise<void>;
}

const resumeIn = (context: OperationContext, input: object) =>
  runOperation(operations.resumeSending, context, {
    ...{ confirmOriginalIsDead: true, yes: true },
    ...input,
  });

export async function openLife(
  dataDir: string,
  outside: Outside,
  options: { readonly port: number; readonly ledgerPort: number },
): Promise<Life> {
  const ledger = await serveLedger(dataDir, { port: options.ledgerPort });
  const restate = await startEmbeddedRestate({ dataDir, clock, log: quiet });
  const log: string[] = [];
  const { stripe, netsuite, secret } = outside;
  const settings = hubSettings({
    ...{ databaseUrl: ledger.server.url, restate, stripe, secret, log },
    ...{ port: options.port, enginePort: 0, observeEveryMs: undefined },
    books: netSuiteBooks(netsuite, {
      ledgerRecord: "customrecord_tieout_ledger",
      random: systemRandom,
    }),
  });
  const hub = await startHub(settings);
  const keyring = testKeyring(ledger.server.url, settings.masterKeys);
  const context: OperationContext = {
    ...{ pool: ledger.pool, clock, random: systemRandom, hasher: systemHasher, version: "0.0.0" },
    actor: { name: "Ada", roles: ["admin", "controller"] },
    targets: new Map(settings.targets.map(({ target }) => [target.connection, target])),
    sources: new Map(settings.sources.map((source) => [source.connection, source])),
    release: async () => undefined,
    keyring,
  };
  return {
    ...{ ledger, hub, log, context },
    settled: (timeoutMs) => settledHub(hub, timeoutMs),
    resume: (input = {}) => resumeIn(context, input),
    async stop(last) {
      await hub.stop();
      await last?.();
      await keyring.close();
      await restate.stop();
      await ledger.stop();
    },
  };
}
