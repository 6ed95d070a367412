/**
 * The mark of the ledger that may send to an account: one instance of a custom record type, by the
 * ledger's id. REST reads and writes custom records as any other, but cannot make their type
 * (vendor: "Using CRUD Operations on Custom Records, Custom Lists, and Custom Transactions"), so
 * an administrator does that once; without the setting there is no mark.
 */
import { jsonOf, objectOf, textAt } from "../kit/answers.ts";
import type { Answer, EpochMarker, LedgerMark } from "../kit/target.ts";
import type { NetSuiteClient } from "./client.ts";
import { netsuiteErrors } from "./errors.ts";
import { RECORD_ROOT } from "./operations.ts";
import { readRefusal } from "./read-refusal.ts";

const EPOCH = "custrecord_tieout_epoch";
const INSTANCE = "custrecord_tieout_instance";

export function netsuiteMarker(
  client: NetSuiteClient,
  recordType: string | undefined,
): EpochMarker | undefined {
  if (recordType === undefined) return undefined;
  const pathOf = (ledger: string) => `${RECORD_ROOT}/${recordType}/eid:tieout-${ledger}`;
  return {
    async read(ledger) {
      const headers = { accept: "application/json" };
      const answer = await client.send({ method: "GET", path: pathOf(ledger), headers });
      if (isAbsent(answer)) return undefined;
      return markOf(answer) ?? fail(`reading ${recordType}`, answer);
    },
    async write(ledger, { epoch, instance }) {
      const answer = await client.send({
        method: "PUT",
        path: pathOf(ledger),
        // Without the check an account that lacks the fields would drop them in silence.
        headers: {
          "content-type": "application/json",
          "x-netsuite-propertynamevalidation": "Error",
        },
        body: { name: `Tieout ${ledger}`, [EPOCH]: String(epoch), [INSTANCE]: instance },
      });
      if (answer.kind !== "answer" || answer.status !== 204) fail(`writing ${recordType}`, answer);
    },
  };
}

/** A 404 of anything before NetSuite (a gateway, a wrong address) proves no absence. */
function isAbsent(answer: Answer): boolean {
  if (answer.kind !== "answer" || answer.status !== 404) return false;
  return readRefusal(answer)?.[0]?.code === "NONEXISTENT_ID";
}

function markOf(answer: Answer): LedgerMark | undefined {
  if (answer.kind !== "answer" || answer.status !== 200) return undefined;
  const record = objectOf(jsonOf(answer));
  const epoch = textAt(record, EPOCH);
  const instance = textAt(record, INSTANCE);
  if (epoch === undefined || instance === undefined || !/^[1-9]\d{0,8}$/.test(epoch)) {
    return undefined;
  }
  return { epoch: Number(epoch), instance };
}

function fail(what: string, answer: Answer): never {
  const detail =
    answer.kind === "answer" ? `${answer.status} ${answer.body.slice(0, 200)}` : answer.reason;
  throw netsuiteErrors.E_NETSUITE_READ_FAILED({ what, detail });
}
