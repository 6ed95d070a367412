/**
 * SuiteQL, read in pages by keyset. NetSuite gives at most 1,000 rows a page and 100,000 rows by
 * offset; walking by internal id knows no such end, and an explicit order keeps pages from
 * repeating or skipping rows (vendor: "Executing SuiteQL Queries Through REST Web Services").
 */
import type { JsonObject } from "../kit/answers.ts";
import { jsonOf, listAt, objectOf, textAt } from "../kit/answers.ts";
import type { Answer } from "../kit/target.ts";
import type { NetSuiteClient } from "./client.ts";
import { netsuiteErrors } from "./errors.ts";
import { readRefusal } from "./read-refusal.ts";

export const PAGE_ROWS = 1000;
const BUSY_TRIES = 30;
const BUSY_WAIT_MS = 500;

/**
 * The rows of one query, at most a page. Waits and asks again while the account is busy; throws
 * E_NETSUITE_READ_FAILED for every other answer than rows.
 */
export async function queryPage(client: NetSuiteClient, q: string): Promise<readonly JsonObject[]> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await client.send({
      method: "POST",
      path: `/services/rest/query/v1/suiteql?limit=${PAGE_ROWS}&offset=0`,
      headers: {
        accept: "application/json",
        "content-type": "application/json",
        prefer: "transient",
      },
      body: { q },
    });
    const rows = answer.kind === "answer" && answer.status === 200 ? rowsOf(answer) : undefined;
    if (rows !== undefined) return rows;
    const busy = answer.kind === "answer" && answer.status === 429;
    if (!busy || attempt >= BUSY_TRIES) {
      throw netsuiteErrors.E_NETSUITE_READ_FAILED({ what: q, detail: detailOf(answer) });
    }
    await new Promise((resolve) => setTimeout(resolve, BUSY_WAIT_MS));
  }
}

/** Every row of a table, by rising internal id; `select` must hold `id`, `where` may be "1 = 1". */
export async function* queryByKey(
  client: NetSuiteClient,
  select: string,
  from: string,
  where: string,
): AsyncGenerator<JsonObject> {
  let last = "0";
  for (;;) {
    const q = `SELECT ${select} FROM ${from} WHERE (${where}) AND id > ${last} ORDER BY id`;
    const rows = await queryPage(client, q);
    for (const row of rows) {
      const id = textAt(row, "id");
      if (id === undefined || !/^\d+$/.test(id) || BigInt(id) <= BigInt(last)) {
        const detail = "rows are not in the order of their ids";
        throw netsuiteErrors.E_NETSUITE_READ_FAILED({ what: q, detail });
      }
      last = id;
      yield row;
    }
    if (rows.length < PAGE_ROWS) return;
  }
}

/** A text inside a SuiteQL literal. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function rowsOf(answer: Extract<Answer, { kind: "answer" }>): readonly JsonObject[] | undefined {
  const items = listAt(jsonOf(answer), "items");
  const rows = items?.map((item) => objectOf(item));
  return rows?.every((row) => row !== undefined) === true ? (rows as JsonObject[]) : undefined;
}

function detailOf(answer: Answer): string {
  if (answer.kind !== "answer") return answer.reason;
  const text = readRefusal(answer)
    ?.map((one) => one.text)
    .join(" ");
  return `${answer.status} ${text ?? answer.body.slice(0, 200)}`;
}
