/**
 * The script of a document: look for the reference; if nothing is there, check and create a draft;
 * post what is a draft; settle; read. Cut at any place and begun again with the same bytes, it
 * goes on where it stopped.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "../kit/answers.ts";
import { textAt } from "../kit/answers.ts";
import type { Answer } from "../kit/target.ts";
import { classifyAnswer } from "./classify.ts";
import { companyAmounts } from "./company-amounts.ts";
import { compareInvoice, compareMove } from "./compare.ts";
import type { TrytonCode } from "./errors.ts";
import {
  findInvoices,
  findMoves,
  INVOICE_FIELDS,
  idsText,
  MOVE_FIELDS,
  partyOfMove,
  readCustomer,
  settledAlready,
} from "./look.ts";
import { closings, unlinkedLines } from "./open-items.ts";
import type { InvoicePlan, MovePlan } from "./plan.ts";
import { invoiceValues, moveValues } from "./plan-values.ts";
import { readTrytonError, recogniseError } from "./read-refusal.ts";
import type { Script } from "./script.ts";
import { done, ScriptEnd } from "./script.ts";
import type { Values } from "./wire.ts";
import { dateOf, idOf, wireDate } from "./wire.ts";

type PostingPlan = InvoicePlan | MovePlan;

const MODELS = { invoice: "account.invoice", move: "account.move" } as const;

export async function runPosting(script: Script, plan: PostingPlan): Promise<Answer> {
  const draft = await draftOf(script, plan);
  if (draft === "needless") return finish(script, plan, neededBy(plan));
  if (draft.open) await post(script, plan, draft);
  await settle(script, plan, draft.id);
  return finish(script, plan, draft.id);
}

function finish(script: Script, plan: PostingPlan, id: number): Promise<Answer> {
  const fields = plan.kind === "invoice" ? INVOICE_FIELDS : MOVE_FIELDS;
  return script.finish({ model: MODELS[plan.kind], domain: [["id", "=", id]], fields });
}

function neededBy(plan: PostingPlan): number {
  return plan.kind === "move" ? (plan.unless?.move ?? 0) : 0;
}

interface Draft {
  readonly id: number;
  /** Still to be posted. */
  readonly open: boolean;
  /** Tryton's mark of when it was last written; undefined for one that we just made. */
  readonly timestamp: string | undefined;
}

/** The document under our reference, made now if there was none. */
async function draftOf(script: Script, plan: PostingPlan): Promise<Draft | "needless"> {
  const reader = script.reader("look");
  const rows =
    plan.kind === "invoice" ? await findInvoices(reader, plan) : await findMoves(reader, plan);
  const [row] = rows;
  if (rows.length > 1)
    refuse(script, "E_TRYTON_SEVERAL_RECORDS", "several", { ids: idsText(rows) });
  if (row === undefined) {
    if (plan.kind === "move" && (await isNeedless(script, plan))) return "needless";
    return { id: await create(script, plan), open: true, timestamp: undefined };
  }
  const id = idOf(row, "id") ?? 0;
  const state = textAt(row, "state");
  if (state === "cancelled") refuse(script, "E_TRYTON_CANCELLED", "cancelled", { id: String(id) });
  const open = state === "draft" || state === "validated";
  const timestamp = textAt(row, "_timestamp");
  if (open) await refuseOtherDraft(script, plan, row, id);
  if (!open || !isHalfRemoved(plan, row)) return { id, open, timestamp };
  const method = "model.account.invoice.delete";
  done(await script.act("create", method, [[id]], expecting(plan, id, timestamp)));
  return { id: await create(script, plan), open: true, timestamp: undefined };
}

/**
 * What a removal that was cut off left: its number is gone, and posted so it would take one of
 * Tryton's own.
 */
function isHalfRemoved(plan: PostingPlan, row: JsonObject): boolean {
  return plan.kind === "invoice" && plan.number !== null && (textAt(row, "number") ?? "") === "";
}

/** Tryton then refuses what was changed since it was read. */
function expecting(plan: PostingPlan, id: number, timestamp: string | undefined): Values {
  return timestamp === undefined
    ? {}
    : { _timestamp: { [`${MODELS[plan.kind]},${id}`]: timestamp } };
}

/** Whether another document of ours does all of this already; a part of it is for a person. */
async function isNeedless(script: Script, plan: MovePlan): Promise<boolean> {
  const settled = await settledAlready(script.reader("look"), plan);
  if (settled === "otherwise") {
    const invoice = String(plan.unless?.settles);
    refuse(script, "E_TRYTON_APPLIED_OTHERWISE", "another amount is applied", { invoice });
  }
  return settled === "all";
}

/** A draft that a person changed, or that an older mapping made: neither is ours to post. */
async function refuseOtherDraft(script: Script, plan: PostingPlan, row: JsonObject, id: number) {
  const reader = script.reader("check");
  const differences =
    plan.kind === "invoice"
      ? await compareInvoice(reader, plan, row)
      : await compareMove(reader, plan, row);
  const others = differences.filter(({ field }) => field !== "number" || !isHalfRemoved(plan, row));
  if (others.length === 0) return;
  const fields = others.map((one) => one.field).join(", ");
  refuse(script, "E_TRYTON_DRAFT_DIFFERS", "a draft that differs", { id: String(id), fields });
}

async function create(script: Script, plan: PostingPlan): Promise<number> {
  const values =
    plan.kind === "invoice" ? await newInvoice(script, plan) : await newMove(script, plan);
  const model = MODELS[plan.kind];
  const answer = await script.act("create", `model.${model}.create`, [[values]]);
  if (refusedForPeriod(answer)) await checkPeriod(script, plan);
  const result = done(answer);
  const [id] = Array.isArray(result) ? result : [];
  return typeof id === "number" ? id : 0;
}

async function newInvoice(script: Script, plan: InvoicePlan): Promise<Values> {
  const address = await checkCustomer(script, plan.party);
  await checkPeriod(script, plan);
  await checkNumber(script, plan);
  if (address !== undefined) return invoiceValues(plan, address);
  const party = String(plan.party);
  return refuse(script, "E_TRYTON_ADDRESS_MISSING", `customer ${party}`, { party });
}

async function newMove(script: Script, plan: MovePlan): Promise<Values> {
  const reader = script.reader("check");
  const party = await partyOfMove(reader, plan);
  if (party !== undefined) await checkCustomer(script, party);
  else if (plan.party !== null) refuse(script, "E_TRYTON_CUSTOMER_MISSING", "customer", NOBODY);
  const period = await checkPeriod(script, plan);
  return moveValues(plan, { period, party, amounts: await companyAmounts(plan, reader) });
}

const NOBODY = { party: "(none)" };

/** Tryton posts to an inactive customer without a word. Gives the customer's first address. */
async function checkCustomer(script: Script, party: number): Promise<number | undefined> {
  const customer = await readCustomer(script.reader("check"), party);
  const details = { party: String(party) };
  const cause = `customer ${party}`;
  if (customer === undefined) return refuse(script, "E_TRYTON_CUSTOMER_MISSING", cause, details);
  if (!customer.active) return refuse(script, "E_TRYTON_CUSTOMER_INACTIVE", cause, details);
  return customer.address;
}

/** Tryton says the same of a closed period and of none, so we look which it is. */
async function checkPeriod(script: Script, plan: PostingPlan): Promise<number> {
  const { date, company } = plan;
  const day = wireDate(date);
  const [period] = await script.reader("check").search({
    model: "account.period",
    domain: [
      ["company", "=", company],
      ["type", "=", "standard"],
      ["start_date", "<=", day],
      ["end_date", ">=", day],
    ],
    fields: ["name", "state", "start_date"],
    limit: 1,
  });
  if (period === undefined) {
    return refuse(script, "E_TRYTON_PERIOD_MISSING", `no period in ${date.slice(0, 7)}`, { date });
  }
  const name = textAt(period, "name") ?? dateOf(period, "start_date") ?? "";
  if (textAt(period, "state") !== "open") {
    refuse(script, "E_TRYTON_PERIOD_CLOSED", `period ${name}`, { period: name, date });
  }
  return idOf(period, "id") ?? 0;
}

/**
 * The period was closed between our look and this call. Tryton's text names neither that nor, for
 * an invoice, the period, so it is looked at again: what was under way and what came later have one
 * cause and one remedy. Where the period is open by now, Tryton's own words stand.
 */
function refusedForPeriod(answer: Answer): boolean {
  const told = answer.kind === "answer" ? readTrytonError(answer) : undefined;
  return told !== undefined && recogniseError(told)?.code === "E_TRYTON_PERIOD_REFUSED";
}

/** A number that was legally issued once must not stand on a second document. */
async function checkNumber(script: Script, plan: InvoicePlan): Promise<void> {
  const { number, company } = plan;
  if (number === null) return;
  const rows = await script.reader("check").search({
    model: "account.invoice",
    domain: [
      ["company", "=", company],
      ["type", "=", "out"],
      ["number", "=", number],
    ],
    fields: ["reference"],
    limit: 1,
  });
  if (rows.length === 0) return;
  refuse(script, "E_TRYTON_NUMBER_TAKEN", "number taken", { number, id: idsText(rows) });
}

function refuse(
  script: Script,
  code: TrytonCode,
  cause: string,
  details: { readonly [key: string]: string },
): never {
  return script.found({ finding: code, cause, details });
}

/** Posts; a definite refusal takes the draft away again, so that nothing of ours is left. */
async function post(script: Script, plan: PostingPlan, draft: Draft): Promise<void> {
  const model = MODELS[plan.kind];
  const { id, timestamp } = draft;
  // A draft that was found may be in the hands of another: Tryton then says that it was changed.
  const over = expecting(plan, id, timestamp);
  const send = () => script.act("post", `model.${model}.post`, [[id]], over);
  let answer = await send();
  const told = answer.kind === "answer" ? readTrytonError(answer) : undefined;
  if (told?.name === `invoice_payment_term_${id}`) {
    // A due date in the past, which Tryton's own clients answer with "yes" in this way.
    const warning = { user: script.userId() ?? 0, name: told.name, always: false };
    done(await script.act("post", "model.res.user.warning.create", [[warning]]));
    answer = await send();
  }
  if (classifyAnswer(answer).class === "refused") {
    await removeDraft(script, plan, id);
    if (refusedForPeriod(answer)) await checkPeriod(script, plan);
    throw new ScriptEnd(answer);
  }
  done(answer);
}

/**
 * A draft with a number cannot be deleted, so the number goes first. Left over, it harms none: the
 * next try finds it and posts it, or makes it anew where the number is gone.
 */
async function removeDraft(script: Script, plan: PostingPlan, id: number): Promise<void> {
  const model = MODELS[plan.kind];
  if (plan.kind === "invoice" && plan.number !== null) {
    await insist(() => script.act("post", `model.${model}.write`, [[id], { number: null }]));
  }
  await insist(() => script.act("post", `model.${model}.delete`, [[id]]));
}

/** Tryton itself tries a locked database for 0.3 s, which is short where many post at once. */
const LOCKED_TRIES = 5;
const LOCKED_REST_MS = 200;

/** Again while another transaction is in the way; any other answer is the last. */
async function insist(act: () => Promise<Answer>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const answer = await act();
    const isLocked = answer.kind === "answer" && classifyAnswer(answer).class === "later";
    if (!isLocked || tries === LOCKED_TRIES) return;
    await sleep(LOCKED_REST_MS * tries);
  }
}

/**
 * Links and closes open items. A refusal here is no refusal of the document, which stands: the
 * comparison afterwards names what lacks.
 */
async function settle(script: Script, plan: PostingPlan, id: number): Promise<void> {
  const reader = script.reader("settle");
  if (plan.kind === "invoice") {
    const lines = await unlinkedLines(reader, id, plan);
    if (lines.length > 0) {
      const values = { invoice_payment: plan.against };
      await stood(script.act("settle", "model.account.move.line.write", [[...lines], values]));
    }
  }
  for (const closing of await closings(reader, plan)) {
    const { company } = plan;
    const lines = [["add", [...closing.lines]]];
    const values = { company, date: wireDate(closing.date), lines };
    const over = { _timestamp: { ...closing.timestamps } };
    const method = "model.account.move.reconciliation.create";
    await stood(script.act("settle", method, [[values]], over));
  }
}

/** Goes on after a result and after an error that Tryton told; anything else ends the script. */
async function stood(act: Promise<Answer>): Promise<void> {
  const answer = await act;
  if (answer.kind === "answer" && readTrytonError(answer) !== undefined) return;
  done(answer);
}
