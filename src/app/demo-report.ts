/** What became of the month: per system, what is open, what must hold, one story. */
import type { BookDifference } from "../demo/books.ts";
import { actualBooks, compareBooks } from "../demo/books.ts";
import { readDelivery } from "../demo/delivery.ts";
import type { ExpectedBooks } from "../demo/expectations.ts";
import { expectedBooks } from "../demo/expectations.ts";
import type { PlantedFault } from "../demo/faults.ts";
import { struckFaults } from "../demo/faults.ts";
import { DEMO_NETSUITE_CONNECTION, DEMO_UK, DEMO_US } from "../demo/names.ts";
import { operations } from "../operations/all-operations.ts";
import type { ShownCause } from "../operations/list-exceptions.ts";
import type { OperationContext } from "../operations/operation.ts";
import { runOperation } from "../operations/operation.ts";
import type { Story } from "../operations/story-shape.ts";
import type { VerifyResult } from "../operations/verify-invariants.ts";
import type { SystemCounts } from "../store/demo-figures.ts";
import { findStoryOfTheDay, systemCounts } from "../store/demo-figures.ts";
import type { Sandboxes } from "./demo-config.ts";
import { sandboxEvidence } from "./sandbox-evidence.ts";
import type { ComparedBooks } from "./tryton-balances.ts";
import { compareTrytonBooks } from "./tryton-balances.ts";

export interface DemoReport {
  readonly ok: boolean;
  readonly systems: SystemCounts;
  readonly accounts: readonly StripeAccount[];
  readonly planted: readonly (PlantedFault & { readonly struck: number | undefined })[];
  readonly causes: readonly ShownCause[];
  readonly books: {
    readonly expected: ExpectedBooks["now"];
    readonly differences: readonly BookDifference[];
    readonly held: readonly { readonly fault: string; readonly documents: number }[];
  };
  /** The second company's books; undefined where it was left out. */
  readonly secondBooks: ComparedBooks | undefined;
  readonly invariants: VerifyResult;
  readonly story: Story | undefined;
}

interface StripeAccount {
  readonly connection: string;
  readonly delivery: Awaited<ReturnType<typeof readDelivery>>;
}

export async function buildReport(
  context: OperationContext,
  urls: Sandboxes,
  planted: readonly PlantedFault[],
): Promise<DemoReport> {
  const evidence = sandboxEvidence(urls.netsuite, DEMO_NETSUITE_CONNECTION, "netsuite");
  const within = { ...context, evidence };
  const expected = await expectedBooks({ stripeUrl: urls.stripe });
  const differences = compareBooks(expected.now, await actualBooks(urls.netsuite));
  const struck = await struckFaults({ netsuiteUrl: urls.netsuite, stripeUrl: urls.stripe });
  const invariants = await runOperation(operations.verifyInvariants, within, {});
  const { causes } = await runOperation(operations.listExceptions, context, {});
  const storyId = await findStoryOfTheDay(context.pool);
  const { british } = urls;
  const secondBooks =
    british === undefined ? undefined : await compareTrytonBooks(context, british.books);
  const story =
    storyId === undefined
      ? undefined
      : await runOperation(operations.findStory, context, { id: storyId });
  return {
    ok: differences.length === 0 && secondBooks?.equal !== false && invariants.violated === 0,
    systems: await systemCounts(context.pool),
    accounts: await readAccounts(urls),
    planted: planted.map((one) => ({ ...one, struck: struck[one.id] })),
    causes,
    books: {
      expected: expected.now,
      differences,
      held: expected.held.map((one) => ({ fault: one.fault, documents: one.documents.length })),
    },
    secondBooks,
    invariants,
    story,
  };
}

async function readAccounts({ stripe, british }: Sandboxes): Promise<StripeAccount[]> {
  const accounts = [{ connection: DEMO_US.source, delivery: await readDelivery(stripe) }];
  if (british !== undefined) {
    accounts.push({ connection: DEMO_UK.source, delivery: await readDelivery(british.stripe) });
  }
  return accounts;
}
