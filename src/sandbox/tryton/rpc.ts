/**
 * A small JSON-RPC driver for seeding and inspecting. It knows nothing of the product's connector,
 * and the connector nothing of it: what one misreads, the other may see.
 */
import { z } from "zod";
import { trytonErrors } from "./errors.ts";
import type { TrytonAccess } from "./types.ts";

/** What the server said when it did not do as asked. `status` is HTTP's; 200 for most refusals. */
export interface TrytonRefusal {
  readonly status: number;
  /** `UserError`, `ConcurrencyException`, …; empty when the answer was not JSON. */
  readonly name: string;
  readonly text: string;
  /** Of a UserWarning: what a person says yes to, see `confirmWarning`. */
  readonly warning?: string;
}

export type TrytonAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: TrytonRefusal };

export type TrytonRow = Readonly<Record<string, unknown>> & { readonly id: number };

export interface TrytonRpc {
  readonly userId: number;
  /** The context every call carries last; a copy. */
  context(): Record<string, unknown>;
  /** Calls with the context appended. Throws E_TRYTON_CALL. */
  call<T = unknown>(method: string, ...args: readonly unknown[]): Promise<T>;
  /** The same, refusals as values. `more` is laid over the context for this call. */
  attempt<T = unknown>(
    method: string,
    args: readonly unknown[],
    more?: Readonly<Record<string, unknown>>,
  ): Promise<TrytonAnswer<T>>;
  /** `search_read` of a model without limit; `fields` may follow relations: `account.name`. */
  list(model: string, domain: unknown, fields: readonly string[]): Promise<TrytonRow[]>;
  /** Id of the first match, undefined when there is none. */
  find(model: string, domain: unknown): Promise<number | undefined>;
  create(model: string, values: unknown): Promise<number>;
  /** Reads the user's preferences again: another company changes the context. */
  refresh(): Promise<void>;
}

const bodySchema = z.object({ result: z.unknown().optional(), error: z.unknown().optional() });
const sessionSchema = z.tuple([z.number().int(), z.string()]);

/** Signs in. Throws E_TRYTON_CALL; 401 for a wrong password, 429 after too many. */
export async function openTryton(access: TrytonAccess): Promise<TrytonRpc> {
  const post = poster(access);
  const login = [access.user, { password: access.password }, "en"];
  const [userId, key] = sessionSchema.parse(demand("login", await post("common.db.login", login)));
  const token = Buffer.from(`${access.user}:${userId}:${key}`).toString("base64");
  const authorization = `Session ${token}`;
  let context: Record<string, unknown> = {};

  const attempt: TrytonRpc["attempt"] = (method, args, more) =>
    post(method, [...args, { ...context, ...more }], authorization);
  const call: TrytonRpc["call"] = async (method, ...args) =>
    demand(method, await attempt(method, args));
  const refresh = async () => {
    context = {};
    context = await call("model.res.user.get_preferences", true);
  };
  const rpc: TrytonRpc = {
    userId,
    context: () => ({ ...context }),
    attempt,
    call,
    refresh,
    list: (model, domain, fields) =>
      call(`model.${model}.search_read`, domain, 0, null, null, fields),
    async find(model, domain) {
      return (await call<number[]>(`model.${model}.search`, domain, 0, 1, null))[0];
    },
    async create(model, values) {
      const ids = await call<number[]>(`model.${model}.create`, [values]);
      return ids[0] as number;
    },
  };
  await refresh();
  return rpc;
}

type Post = <T>(
  method: string,
  params: readonly unknown[],
  authorization?: string,
) => Promise<TrytonAnswer<T>>;

function poster(access: TrytonAccess): Post {
  const address = `${access.url}/${access.database}/`;
  let id = 0;
  return async <T>(method: string, params: readonly unknown[], authorization?: string) => {
    const headers: Record<string, string> = { "content-type": "application/json" };
    if (authorization !== undefined) headers["authorization"] = authorization;
    id += 1;
    // Exactly these three keys, or the server answers refusals by HTTP status (observed, 6.0.29).
    const body = JSON.stringify({ id, method, params });
    const answer = await fetch(address, { method: "POST", headers, body });
    const text = await answer.text();
    if (!answer.ok) return refused(answer.status, "", text.slice(0, 400));
    const read = bodySchema.parse(JSON.parse(text));
    if (read.error === undefined || read.error === null) {
      return { ok: true, value: read.result as T };
    }
    return refused(answer.status, ...errorOf(read.error));
  };
}

function refused(
  status: number,
  name: string,
  text: string,
  warning?: string,
): TrytonAnswer<never> {
  const more = warning === undefined ? {} : { warning };
  return { ok: false, refusal: { status, name, text, ...more } };
}

/**
 * `["UserError", [text, description, domain]]`, `["UserWarning", [warning, text, description]]`,
 * `["ConcurrencyException", text]`, and for what no one caught `[text, traceback]`, without a name.
 */
function errorOf(error: unknown): [name: string, text: string, warning?: string] {
  if (!Array.isArray(error)) return ["", String(error)];
  const [first, second] = error as unknown[];
  if (first === "UserWarning" && Array.isArray(second)) {
    return [first, String(second[1]), String(second[0])];
  }
  if (Array.isArray(second)) return [String(first), String(second[0])];
  const named = typeof first === "string" && /^[A-Z][A-Za-z]+$/.test(first);
  return named ? [first, String(second ?? "")] : ["", String(first)];
}

/**
 * Says yes to a warning, as a person does: the next call of this user that raises it goes through.
 * The context cannot say so: the server drops private keys such as `_skip_warnings` from it.
 */
export async function confirmWarning(rpc: TrytonRpc, warning: string): Promise<void> {
  await rpc.create("res.user.warning", { user: rpc.userId, name: warning });
}

/** The value of an answer. Throws E_TRYTON_CALL when it is a refusal. */
export function demand<T>(method: string, answer: TrytonAnswer<T>): T {
  if (answer.ok) return answer.value;
  throw trytonErrors.E_TRYTON_CALL({ method, ...answer.refusal });
}
