import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actors, Actor as Raced } from "../../test/support/interleave.ts";
import { exploreSchedules, interleavings } from "../../test/support/interleave.ts";
import { letAnHourPass } from "../../test/support/lane.ts";
import type { ProvedActor } from "../../test/support/proved-people.ts";
import { provedPerson } from "../../test/support/proved-people.ts";
import type { Company, CompanyActs } from "../../test/support/story-company.ts";
import { customer, invoice, openCompany } from "../../test/support/story-company.ts";
import { isTieoutError } from "../kernel/errors.ts";
import type { Pool } from "../store/database.ts";
import { operations } from "./all-operations.ts";
import { runOperation } from "./operation.ts";

let company: Company;
let ada: ProvedActor;
let ben: ProvedActor;
let cleo: ProvedActor;

beforeAll(async () => {
  company = await openCompany();
  ada = await provedPerson(company.pool, "Ada");
  ben = await provedPerson(company.pool, "Ben");
  cleo = await provedPerson(company.pool, "Cleo");
});

afterAll(() => company.close());

/** What a person does; that somebody else was faster is an answer, not a failure. */
const asPerson =
  (who: ProvedActor, act: (context: CompanyActs["context"]) => Promise<unknown>): Raced =>
  async (pool) => {
    try {
      await act({ ...company.over(pool).context, actor: who });
    } catch (thrown) {
      if (!isTieoutError(thrown)) throw thrown;
    }
  };

const send: Raced = (pool) => company.over(pool).send();

const retry = (who: ProvedActor, id: string): Raced =>
  asPerson(who, (context) =>
    runOperation(operations.retryException, context, { id, yes: true, reason: "mended" }),
  );

interface Proposed {
  readonly id: string;
  readonly contentHash: string;
}

const approve = (who: ProvedActor, { id, contentHash }: Proposed): Raced =>
  asPerson(who, (context) =>
    runOperation(operations.approveProposal, context, { id, contentHash }),
  );

async function openCase(object: string): Promise<string> {
  const { rows } = await company.pool.query<{ id: string }>(
    "select 'exc_' || replace(id::text, '-', '') as id from exception_case where object = $1 and state = 'open'",
    [object],
  );
  return rows[0]?.id ?? "";
}

/** An invoice that the target refused. */
async function refused(name: string): Promise<string> {
  await company.tell(customer(name, 0));
  await company.work();
  company.server.mishaps.push("refused");
  await company.tell(invoice(name, name, 5));
  await company.work();
  return openCase(`shop/invoice/${name}`);
}

async function proposed(who: ProvedActor, id: string): Promise<Proposed> {
  const context = { ...company.context, actor: who };
  const { proposal } = await runOperation(operations.excludeException, context, {
    id,
    reasonCode: "booked-by-hand",
    expiresAt: "2099-01-01T00:00:00Z",
    yes: true,
  });
  const { proposals } = await runOperation(operations.listProposals, context, {});
  const one = proposals.find((each) => each.id === proposal);
  return { id: proposal ?? "", contentHash: one?.contentHash ?? "" };
}

type Race = (name: string, pool: Pool) => Promise<Actors>;

/** With the ends that a race may have: the states of its customer and of its invoice. */
const races: Readonly<Record<string, readonly [ends: readonly string[], Race]>> = {
  "a case is retried while its exclusion is approved": [
    ["confirmed excluded", "confirmed confirmed"],
    async (name) => {
      const id = await refused(name);
      const exclusion = await proposed(ada, id);
      return { approves: approve(ben, exclusion), retries: retry(cleo, id), sends: send };
    },
  ],
  "two people approve one exclusion": [
    ["confirmed excluded"],
    async (name) => {
      const exclusion = await proposed(ada, await refused(name));
      return { ben: approve(ben, exclusion), cleo: approve(cleo, exclusion), sends: send };
    },
  ],
  "two people retry one case": [
    ["confirmed confirmed"],
    async (name) => {
      const id = await refused(name);
      return { ben: retry(ben, id), cleo: retry(cleo, id), sends: send };
    },
  ],
  "a state is retried while a newer one comes": [
    ["confirmed confirmed", "superseded confirmed"],
    async (name) => {
      company.server.mishaps.push("refused");
      await company.tell(customer(name, 0));
      await company.work();
      const id = await openCase(`shop/customer/${name}`);
      return {
        retries: retry(ben, id),
        newer: (pool) => company.over(pool).tell(customer(name, 7, "Renamed")),
        sends: send,
      };
    },
  ],
  "what an invoice needs is excluded while the invoice comes": [
    ["excluded excepted", "excluded waiting"],
    async (name) => {
      company.server.mishaps.push("refused");
      await company.tell(customer(name, 0));
      await company.work();
      const exclusion = await proposed(ada, await openCase(`shop/customer/${name}`));
      return {
        approves: approve(ben, exclusion),
        comes: (pool) => company.over(pool).tell(invoice(name, name, 5)),
        sends: send,
      };
    },
  ],
};

async function broken(): Promise<string[]> {
  const only = [
    "NoLoss",
    "SingleEffect",
    "NoOrphan",
    "Terminal",
    "Conservation",
    "WriteAhead",
    "NoBlindRetry",
    "KeyStability",
    "PayloadBinding",
    "Order",
    "FourEyes",
    "Lineage",
  ];
  const asked = { ...company.context, actor: ada };
  const { results } = await runOperation(operations.verifyInvariants, asked, { only });
  return results.flatMap(({ violations }) =>
    violations.map(({ what, detail }) => `${what}: ${detail}`),
  );
}

async function endOf(name: string): Promise<string> {
  const { rows } = await company.pool.query<{ end: string }>(
    `select string_agg(state, ' ' order by object, version) as end from handoff
     where object in ('shop/customer/' || $1, 'shop/invoice/' || $1)`,
    [name],
  );
  return rows[0]?.end ?? "";
}

/** Each document is either there or excluded: never both, never neither without a case. */
async function bothOrNeither(): Promise<string[]> {
  const { rows } = await company.pool.query<{ object: string; state: string; reference: string }>(
    `select object || '@' || version as object, state, reference from handoff
     where not (state = 'waiting' and exists (select 1 from handoff_need n
       where n.handoff_id = handoff.id))`,
  );
  return rows.flatMap(({ object, state, reference }) => {
    const there = company.server.documents.get(reference)?.length ?? 0;
    const fits: Readonly<Record<string, boolean>> = {
      confirmed: there === 1,
      excluded: there === 0,
      excepted: there === 0,
      superseded: true,
    };
    return fits[state] === true ? [] : [`${object} is ${state} and ${there} times there`];
  });
}

describe("whatever the order of statements", () => {
  test.each(Object.entries(races))(
    "when %s, then one thing happens to it, and all know which",
    async (_, [ends, race]) => {
      await exploreSchedules(company.pool, race, async (name) => {
        await letAnHourPass(company.pool);
        await company.work();
        expect(ends).toContain(await endOf(name));
        expect(await bothOrNeither()).toEqual([]);
        expect(await broken()).toEqual([]);
      });
    },
    interleavings.timeoutMs,
  );
});
