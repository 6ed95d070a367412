/** Everything that is read: retrieve, list, search, nested lists, events, balance, account. */

import type { Faults } from "../kit/faults.ts";
import type { SandboxAnswer, SandboxRequest } from "../kit/message.ts";
import { jsonAnswer } from "../kit/message.ts";
import type { Route } from "../kit/router.ts";
import { route } from "../kit/router.ts";
import type { Collection } from "./collections.ts";
import { collections } from "./collections.ts";
import { missing } from "./errors.ts";
import type { Expander } from "./expansion.ts";
import { expandOf, expandPaths } from "./expansion.ts";
import { parseForm } from "./form.ts";
import type { Gate } from "./gate.ts";
import type { Filter, Ordered } from "./listing.ts";
import { by, orderedFrom, pageOf, readListQuery, within } from "./listing.ts";
import type { AnyRecord, EventRecord, Kind } from "./records.ts";
import { renderCreditLine } from "./render/invoice.ts";
import { renderLine } from "./render/invoice-line.ts";
import type { Json } from "./render/parts.ts";
import { renderEvent, renderRecord } from "./render/record.ts";
import { renderItem } from "./render/subscription.ts";
import { parseSearch } from "./search.ts";
import type { Table } from "./state.ts";
import type { Shape } from "./versions.ts";
import { shapeOf, typeExistsIn } from "./versions.ts";
import type { StripeWorld } from "./world.ts";

export interface ReadParts {
  readonly world: StripeWorld;
  readonly gate: Gate;
  readonly faults: Faults;
}

type Answerer = (request: SandboxRequest, shape: Shape) => Json;

const MONTH = 30 * 86_400;

export function readRoutes(parts: ReadParts): Route[] {
  const { world, gate } = parts;
  const get = (pattern: string, operation: string, answer: Answerer): Route =>
    route("GET", pattern, operation, (request): SandboxAnswer => {
      const { shape } = gate.passageOf(request);
      const body = answer(request, shape);
      expandPaths(body, expandOf(queryOf(request)), expanderFor(world, shape));
      return jsonAnswer(200, body);
    });
  return [
    // Searches first: `/search` would otherwise be read as an id.
    ...collections
      .filter((one) => one.search === true)
      .map((one) => get(`${one.path}/search`, `${one.kind}.search`, searchOf(parts, one))),
    ...collections.flatMap((one) => [
      get(one.path, `${one.kind}.list`, listOfCollection(world, one)),
      get(`${one.path}/:id`, `${one.kind}.retrieve`, retrieve(world, one.kind)),
    ]),
    ...nestedRoutes(world, get),
    get("/v1/events", "event.list", (request) => listEvents(world, request)),
    get("/v1/events/:id", "event.retrieve", (request) => retrieveEvent(world, request)),
    get("/v1/balance", "balance.retrieve", () => balanceOf(world)),
    get("/v1/account", "account.retrieve", () => account(world)),
  ];
}

export function expanderFor(world: StripeWorld, shape: Shape, find = world.state.find): Expander {
  const render = (record: AnyRecord) => renderRecord(record, shape, world.now());
  return {
    find,
    render,
    payments(invoice) {
      const url = `/v1/invoice_payments?invoice=${invoice}`;
      const ids = world.state.table("invoice_payment").byOwner.get(invoice) ?? [];
      const records = ids
        .map((id) => find("invoice_payment", id))
        .filter((one) => one !== undefined);
      return { object: "list", data: records.map(render), has_more: false, url };
    },
  };
}

function queryOf(request: SandboxRequest) {
  return parseForm(request.query.toString());
}

function pageAnswer(url: string, data: readonly Json[], has_more: boolean): Json {
  return { object: "list", data, has_more, url };
}

function listOfCollection(world: StripeWorld, one: Collection): Answerer {
  return (request, shape) => {
    const query = queryOf(request);
    const { page, accepts } = readListQuery(one.filters, query);
    const { unless } = one;
    const shows = unless === undefined || unless.param in query ? () => true : unless.shows;
    const table = world.state.table(one.kind);
    const owner =
      query["customer"] ?? (one.kind === "invoice_payment" ? query["invoice"] : undefined);
    const ordered = typeof owner === "string" ? ownedBy(table, owner) : wholeTable(table);
    const found = pageOf(ordered, (record) => shows(record) && accepts(record), page, one.kind);
    const data = found.data.map((record) => renderRecord(record, shape, world.now()));
    return pageAnswer(one.path, data, found.has_more);
  };
}

function wholeTable(table: Table): Ordered<AnyRecord> {
  return {
    length: table.order.length,
    at: (index) => {
      const id = table.order[index];
      return id === undefined ? undefined : table.byId.get(id);
    },
    placeOf: (id) => table.place.get(id),
  };
}

function ownedBy(table: Table, owner: string): Ordered<AnyRecord> {
  const ids = table.byOwner.get(owner) ?? [];
  return {
    length: ids.length,
    at: (index) => table.byId.get(ids[index] ?? ""),
    placeOf: (id) => {
      const index = ids.indexOf(id);
      return index === -1 ? undefined : index;
    },
  };
}

function retrieve(world: StripeWorld, kind: Kind): Answerer {
  return (request, shape) => {
    const id = request.params["id"] ?? "";
    const record = world.state.find(kind, id);
    if (record === undefined) throw missing(kind, id);
    return renderRecord(record, shape, world.now());
  };
}

function searchOf({ world, faults }: ReadParts, one: Collection): Answerer {
  return (request, shape) => {
    const matches = parseSearch(request.query.get("query") ?? "");
    const limit = Math.min(100, Math.max(1, Number(request.query.get("limit") ?? 10)));
    const skip = Number(request.query.get("page") ?? 0);
    // The index lags: what is younger than this is not in it yet.
    const indexedUntil = world.now() - faults.amount("stale-search", 0);
    const shows = one.kind === "customer" ? one.unless?.shows : undefined;
    const hits: Json[] = [];
    const all = wholeTable(world.state.table(one.kind));
    for (let at = all.length - 1; at >= 0; at -= 1) {
      const record = all.at(at);
      if (record === undefined || record.created > indexedUntil || shows?.(record) === false)
        continue;
      const json = renderRecord(record, shape, world.now());
      if (matches(json)) hits.push(json);
    }
    const data = hits.slice(skip, skip + limit);
    const more = hits.length > skip + limit;
    return {
      object: "search_result",
      data,
      has_more: more,
      next_page: more ? String(skip + limit) : null,
      url: `${one.path}/search`,
    };
  };
}

type Get = (pattern: string, operation: string, answer: Answerer) => Route;

/** Lists inside an object: shown oldest first, like the object itself shows them. */
function nestedRoutes(world: StripeWorld, get: Get): Route[] {
  const nested = <T extends { readonly id: string }>(
    pattern: string,
    operation: string,
    items: (id: string) => readonly T[],
    render: (item: T, id: string, shape: Shape) => Json,
  ): Route =>
    get(pattern, operation, (request, shape) => {
      const id = request.params["id"] ?? String(queryOf(request)["subscription"] ?? "");
      const { subscription: _, ...query } = queryOf(request);
      const { page } = readListQuery({}, query);
      const found = pageOf(orderedFrom(items(id)), () => true, page, "object");
      return pageAnswer(
        request.path,
        found.data.map((item) => render(item, id, shape)),
        found.has_more,
      );
    });
  const need = <K extends Kind>(kind: K, id: string) => {
    const record = world.state.find(kind, id);
    if (record === undefined) throw missing(kind, id);
    return record;
  };
  return [
    nested(
      "/v1/invoices/:id/lines",
      "invoice.lines",
      (id) => need("invoice", id).lines,
      renderLine,
    ),
    nested(
      "/v1/credit_notes/:id/lines",
      "credit_note.lines",
      (id) => need("credit_note", id).lines,
      (line, _, shape) => renderCreditLine(line, shape),
    ),
    nested(
      "/v1/subscription_items",
      "subscription_item.list",
      (id) => need("subscription", id).items,
      (item, id, shape) => renderItem(item, need("subscription", id), shape),
    ),
    nested(
      "/v1/charges/:id/refunds",
      "charge.refunds",
      (id) => need("charge", id).refunds,
      (refund, _, shape) => renderRecord(refund, shape, world.now()),
    ),
    get(
      "/v1/customers/:id/balance_transactions",
      "customer.balance-transactions",
      (request, shape) => {
        const id = need("customer", request.params["id"] ?? "").id;
        const { page } = readListQuery({}, queryOf(request));
        const ordered = ownedBy(world.state.table("customer_balance_transaction"), id);
        const found = pageOf(ordered, () => true, page, "customer_balance_transaction");
        const data = found.data.map((record) => renderRecord(record, shape, world.now()));
        return pageAnswer(request.path, data, found.has_more);
      },
    ),
  ];
}

function eventFilters(world: StripeWorld): Record<string, Filter<EventRecord>> {
  return {
    created: within((event) => event.created),
    type: { kind: "value", accepts: (event, type) => matchesType(event.type, type) },
    types: {
      kind: "values",
      accepts: (event, types) => types.some((t) => matchesType(event.type, t)),
    },
    delivery_success: by((event) => world.state.deliveries.owed(event.id) === 0),
  };
}

/** `charge.*` takes the whole family. */
function matchesType(type: string, wanted: string): boolean {
  return wanted.endsWith("*") ? type.startsWith(wanted.slice(0, -1)) : type === wanted;
}

/** Events are rendered in the account's version, whatever version the reader asks for. */
function listEvents(world: StripeWorld, request: SandboxRequest): Json {
  const { events, eventById, deliveries } = world.state;
  const shape = shapeOf(world.settings.apiVersion);
  const { page, accepts } = readListQuery(eventFilters(world), queryOf(request));
  const oldest = world.now() - MONTH;
  const shown = (event: EventRecord) =>
    event.created >= oldest && typeExistsIn(event.type, shape) && accepts(event);
  const ordered: Ordered<EventRecord> = {
    length: events.length,
    at: (index) => events[index],
    placeOf: (id) => eventById.get(id),
  };
  const found = pageOf(ordered, shown, page, "event");
  const data = found.data.map((event) => renderEvent(event, shape, deliveries.owed(event.id)));
  return pageAnswer("/v1/events", data, found.has_more);
}

function retrieveEvent(world: StripeWorld, request: SandboxRequest): Json {
  const id = request.params["id"] ?? "";
  const event = world.state.events[world.state.eventById.get(id) ?? -1];
  if (event === undefined || event.created < world.now() - MONTH) throw missing("event", id);
  return world.renderEvent(event);
}

function balanceOf(world: StripeWorld): Json {
  const sums = { available: new Map<string, number>(), pending: new Map<string, number>() };
  for (const record of world.state.table("balance_transaction").byId.values()) {
    if (record.object !== "balance_transaction") continue;
    const side = record.available_on <= world.now() ? sums.available : sums.pending;
    side.set(record.currency, (side.get(record.currency) ?? 0) + record.net);
  }
  const shown = (side: Map<string, number>) =>
    [...side].map(([currency, amount]) => ({ amount, currency, source_types: { card: amount } }));
  return {
    object: "balance",
    available: shown(sums.available),
    livemode: false,
    pending: shown(sums.pending),
  };
}

function account(world: StripeWorld): Json {
  return {
    id: "acct_1SandboxAccount01",
    object: "account",
    charges_enabled: true,
    country: "US",
    default_currency: world.settings.settlement?.currency ?? "usd",
    payouts_enabled: true,
    type: "standard",
  };
}
