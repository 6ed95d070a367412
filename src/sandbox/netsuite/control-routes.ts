/** The control plane of this account, `/__sandbox/netsuite/…`, over the same world as tests use. */
import { z } from "zod";
import { jsonAnswer } from "../kit/message.ts";
import type { Route } from "../kit/router.ts";
import { route } from "../kit/router.ts";
import { Refusal, refusalAnswer } from "./refusal.ts";
import type { StoredRecord } from "./types.ts";
import { RECORD_TYPES } from "./types.ts";
import type { World } from "./world.ts";

const BASE = "/__sandbox/netsuite";

const recordType = z.enum(RECORD_TYPES);
const locks = z.strictObject({
  closed: z.boolean().optional(),
  arLocked: z.boolean().optional(),
  apLocked: z.boolean().optional(),
  allLocked: z.boolean().optional(),
});
/** Name of the person who does it, for the system notes. */
const by = z.string().min(1).max(100).optional();
const creation = z.strictObject({
  id: z.string().regex(/^\d+$/).optional(),
  body: z.unknown(),
  by,
});
const edition = z.strictObject({ body: z.unknown(), replace: z.string().optional(), by });
const seats = z.strictObject({
  seats: z.int().min(0).optional(),
  foreign: z
    .strictObject({
      min: z.int().min(0),
      max: z.int().min(0),
      changeMs: z.number().min(0).default(0),
    })
    .optional(),
});
const serviceTime = z.strictObject({
  minMs: z.number().min(0),
  maxMs: z.number().min(0),
  tailShare: z.number().min(0).max(1).optional(),
  tailMs: z.number().min(0).optional(),
});
const rates = z.record(z.string(), z.string().regex(/^\d+(\.\d+)?$/));
const settings = z.strictObject({
  closedPeriod: z.enum(["refuse", "first-open"]).optional(),
  taxRates: rates.optional(),
  dollarRates: rates.optional(),
});

type Handle = Route["handle"];

/** A refusal of the account's own rules is told as REST would tell it. */
function refusing(handle: Handle): Handle {
  return (request) => {
    try {
      return handle(request);
    } catch (thrown) {
      if (thrown instanceof Refusal) return refusalAnswer(thrown);
      throw thrown;
    }
  };
}

function control(method: string, path: string, handle: Handle): Route {
  return route(method, `${BASE}${path}`, "control", refusing(handle));
}

export function controlRoutes(world: World): Route[] {
  return [...recordControls(world), ...accountControls(world)];
}

function recordControls(world: World): Route[] {
  return [
    control("GET", "/records/:type", ({ params }) =>
      jsonAnswer(200, { records: world.list(recordType.parse(params["type"])) }),
    ),
    control("POST", "/records/:type", (request) => {
      const { id, body, by: name } = creation.parse(request.json());
      return shown(world.create(recordType.parse(request.params["type"]), body, id, name));
    }),
    control("PUT", "/records/:type/:id", (request) => {
      const { body, replace, by: name } = edition.parse(request.json());
      const { type, id = "" } = request.params;
      return shown(world.edit(recordType.parse(type), id, body, replace, name));
    }),
    control("POST", "/records/:type/:id/void", (request) => {
      const { by: name } = z.strictObject({ by }).parse(request.json());
      const { type, id = "" } = request.params;
      return shown(world.void(recordType.parse(type), id, name));
    }),
    control("DELETE", "/records/:type/:id", ({ params, query }) => {
      const name = query.get("by") ?? undefined;
      world.remove(recordType.parse(params["type"]), params["id"] ?? "", name);
      return jsonAnswer(200, { deleted: true });
    }),
  ];
}

function accountControls(world: World): Route[] {
  return [
    control("PUT", "/periods/:period", (request) =>
      shown(world.lockPeriod(request.params["period"] ?? "", locks.parse(request.json()))),
    ),
    control("PUT", "/gate", (request) => {
      const change = seats.parse(request.json());
      world.setSeats(change.seats ?? world.gate.seats, change.foreign);
      return jsonAnswer(200, gateState(world));
    }),
    control("GET", "/gate", () => jsonAnswer(200, gateState(world))),
    control("PUT", "/service-time", (request) => {
      world.setServiceTime(serviceTime.parse(request.json()));
      return jsonAnswer(200, { set: true });
    }),
    control("PUT", "/token", (request) => {
      const { revoked } = z.strictObject({ revoked: z.boolean() }).parse(request.json());
      world.revokeToken(revoked);
      return jsonAnswer(200, { revoked });
    }),
    control("PUT", "/settings", (request) => {
      const asked = Object.entries(settings.parse(request.json()));
      const change = Object.fromEntries(asked.filter(([, value]) => value !== undefined));
      return jsonAnswer(200, world.changeSettings(change));
    }),
    control("GET", "/trial-balance", ({ query }) =>
      jsonAnswer(200, { lines: world.trialBalance(query.get("period") ?? undefined) }),
    ),
  ];
}

/** The gate as it is now. */
export function gateState(world: World) {
  const { seats: limit, foreign, foreignNow, inFlight, peak } = world.gate;
  return { seats: limit, foreign, foreignNow, inFlight, peak };
}

function shown(record: StoredRecord) {
  return jsonAnswer(200, record);
}
