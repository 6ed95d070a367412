/**
 * The books of the benchmarks: a call target under an `external-id` guard that speaks to
 * `peers/target.mjs`, with the same body the peers send there.
 */
import { jsonOf, textAt } from "../src/connectors/kit/answers.ts";
import { openHttp } from "../src/connectors/kit/http-send.ts";
import type {
  Answer,
  ApplyContext,
  CallTarget,
  OperationSpec,
  Outcome,
  Preparation,
} from "../src/connectors/kit/target.ts";
import type { Invoice } from "../src/contracts/invoice/invoice.ts";

export const BOOKS = "books";

const TIMEOUT_MS = 5_000;

function operation(name: string, entity: string): OperationSpec {
  return { name, entity, effect: "fact", guard: "external-id", longestRunMs: 0, indexLagMs: 0 };
}

const operations = {
  "invoice.post": operation("invoice.post", "invoice"),
  "credit-memo.post": operation("credit-memo.post", "invoice"),
};

export function plainTarget(url: string, connections: number): CallTarget {
  const http = openHttp({ origin: url, connections, timeoutMs: TIMEOUT_MS });
  const pathOf = (reference: string): string => `/objects/${reference}`;
  return {
    kind: "call",
    system: "plain",
    connection: BOOKS,
    account: "bench",
    timeoutMs: TIMEOUT_MS,
    operations,
    prepare: (context) => prepare(context, pathOf(context.reference)),
    send: (call, startBy) =>
      http.send({
        method: call.method,
        path: call.path,
        headers: call.headers,
        body: JSON.stringify(call.body),
        tooLate: () => startBy !== undefined && performance.now() > startBy,
      }),
    classify: (_operation, answer) => classify(answer),
    async probe(_operation, reference, _sent, tooLate = () => false) {
      const path = pathOf(reference);
      const answer = await http.send({ method: "GET", path, headers: {}, tooLate });
      if (answer.kind !== "answer") {
        return { kind: "failed", code: "E_BENCH_PROBE", message: answer.reason };
      }
      if (answer.status === 404) return { kind: "absent" };
      const externalId = textAt(jsonOf(answer), "id") ?? "";
      return { kind: "found", externalId, differences: [] };
    },
    async *documents() {},
    close: () => http.close(),
  };
}

function prepare(context: ApplyContext, path: string): Preparation {
  const invoice = context.event.data as unknown as Invoice;
  const subject = context.event.subject;
  const customerKey = `${subject.slice(0, subject.indexOf("/"))}/customer/${invoice.customerId}`;
  const customer = context.links.get(customerKey);
  if (customer === undefined) {
    const message = `${customerKey} has no link to the books.`;
    return { ok: false, lack: { code: "E_BENCH_CUSTOMER", cause: "customer", message } };
  }
  const { number, gross } = invoice;
  const body = { externalId: context.reference, number, total: gross.amount, customer };
  const headers = { "content-type": "application/json" };
  const complete = { ...body, currency: gross.currency };
  return { ok: true, call: { method: "PUT", path, headers, body: complete } };
}

function classify(answer: Answer): Outcome {
  if (answer.kind === "not-sent") {
    const { reason: message } = answer;
    return { class: "later", code: "E_BENCH_DOWN", message, afterMs: 100, pauses: "handoff" };
  }
  const message = answer.kind === "answer" ? `status ${answer.status}` : answer.reason;
  const unknown: Outcome = { class: "unknown", code: "E_BENCH_UNKNOWN", message };
  if (answer.kind === "no-answer" || (answer.status !== 200 && answer.status !== 201)) {
    return unknown;
  }
  const externalId = textAt(jsonOf(answer), "id");
  return externalId === undefined ? unknown : { class: "done", externalId };
}
