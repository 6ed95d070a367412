/**
 * A tiny client of Stripe's API: forms out, JSON in, every POST under a key that follows from the
 * seed and the call's name, so that a story told twice happens once.
 */
import { z } from "zod";
import { messageOf } from "../kernel/errors.ts";
import { demoErrors } from "./errors.ts";
import type { HttpAnswer, HttpCall } from "./http-calls.ts";
import { openCaller } from "./http-calls.ts";
import { DEMO_STRIPE_VERSION } from "./names.ts";

export type FormValue =
  | string
  | number
  | boolean
  | readonly FormValue[]
  | { readonly [key: string]: FormValue | undefined };
export type Form = { readonly [key: string]: FormValue | undefined };

export interface StripeCalls {
  /**
   * `name` is unique in the story; the same name always carries the same parameters. Empty: no key,
   * for what may be said twice.
   */
  post<S extends z.ZodType>(name: string, path: string, form: Form, as: S): Promise<z.output<S>>;
  get<S extends z.ZodType>(path: string, as: S): Promise<z.output<S>>;
  /** Every object of a list, oldest first. `path` may carry a query. */
  all<S extends z.ZodType<{ id: string }>>(path: string, as: S): Promise<z.output<S>[]>;
  close(): Promise<void>;
}

export interface StripeCallsOptions {
  readonly stripeUrl: string;
  readonly apiKey: string;
  readonly seed: number;
}

const refusalSchema = z.object({
  error: z.object({ code: z.string().optional(), type: z.string(), message: z.string() }),
});

/** Throws E_DEMO_STRIPE_REFUSED, E_DEMO_UNREACHABLE, E_DEMO_ANSWER_UNREADABLE. */
export function openStripeCalls(options: StripeCallsOptions): StripeCalls {
  const caller = openCaller(options.stripeUrl);
  const headers = {
    authorization: `Bearer ${options.apiKey}`,
    "stripe-version": DEMO_STRIPE_VERSION,
  };
  const call = async <S extends z.ZodType>(request: HttpCall, as: S): Promise<z.output<S>> =>
    read(request, await caller.send(request), as);
  const get = <S extends z.ZodType>(path: string, as: S): Promise<z.output<S>> =>
    call({ method: "GET", path, headers }, as);
  return {
    post: (name, path, form, as) => {
      const request = {
        method: "POST" as const,
        path,
        headers: {
          ...headers,
          "content-type": "application/x-www-form-urlencoded",
          ...(name === "" ? {} : { "idempotency-key": `demo-${options.seed}-${name}` }),
        },
        body: encodeForm(form),
      };
      return call(request, as);
    },
    get,
    async all(path, as) {
      const page = z.object({ data: z.array(as), has_more: z.boolean() });
      const found: z.output<typeof as>[] = [];
      const start = path + (path.includes("?") ? "&" : "?");
      let cursor = "";
      for (;;) {
        const { data, has_more } = await get(`${start}limit=100${cursor}`, page);
        found.push(...data);
        const last = data.at(-1);
        if (!has_more || last === undefined) return found.reverse();
        cursor = `&starting_after=${last.id}`;
      }
    },
    close: () => caller.close(),
  };
}

function read<S extends z.ZodType>(call: HttpCall, answer: HttpAnswer, as: S): z.output<S> {
  const name = `${call.method} ${call.path}`;
  const json = parse(name, answer.body);
  if (answer.status !== 200) {
    const refusal = refusalSchema.safeParse(json);
    const error = refusal.data?.error;
    throw demoErrors.E_DEMO_STRIPE_REFUSED({
      call: name,
      status: answer.status,
      code: error?.code ?? error?.type ?? "",
      reason: error?.message ?? answer.body.slice(0, 200),
    });
  }
  const found = as.safeParse(json);
  if (found.success) return found.data;
  throw demoErrors.E_DEMO_ANSWER_UNREADABLE({ call: name, reason: found.error.message });
}

function parse(call: string, body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch (thrown) {
    throw demoErrors.E_DEMO_ANSWER_UNREADABLE({ call, reason: messageOf(thrown) });
  }
}

/** `{items: [{price: "p"}]}` → `items[0][price]=p`; undefined is left out. */
export function encodeForm(form: Form): string {
  const pairs: [string, string][] = [];
  const add = (name: string, value: FormValue | undefined): void => {
    if (value === undefined) return;
    if (typeof value !== "object") pairs.push([name, String(value)]);
    else for (const [key, one] of Object.entries(value)) add(`${name}[${key}]`, one);
  };
  for (const [key, value] of Object.entries(form)) add(key, value);
  return new URLSearchParams(pairs).toString();
}
