/**
 * A refusal is an answer that real Stripe would give as an error envelope; one code of ours
 * carries it, so that callers of the programmatic world can tell it from a defect.
 */
import type { TieoutError } from "../../kernel/errors.ts";
import { defineErrors, isTieoutError } from "../../kernel/errors.ts";

export const stripeSandboxErrors = defineErrors({
  E_STRIPE_SANDBOX_REFUSED: { message: "Stripe ({status} {type}): {message}", class: "reject" },
});

export interface Refusal {
  readonly status: number;
  readonly type: "invalid_request_error" | "card_error" | "idempotency_error" | "api_error";
  readonly code?: string;
  readonly decline_code?: string;
  readonly message: string;
  readonly param?: string;
  /** Ids that real Stripe adds to a declined payment. */
  readonly charge?: string;
  /** True: what the operation did before it refused stays (a declined charge exists). */
  readonly keepsChanges?: boolean;
  /** False: refused before execution, so an idempotency key does not remember it. */
  readonly remembered?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

export function refusal(fields: Refusal): TieoutError {
  return stripeSandboxErrors.E_STRIPE_SANDBOX_REFUSED({ ...fields });
}

/** The refusal inside a thrown value, or undefined for anything else. */
export function refusalOf(thrown: unknown): Refusal | undefined {
  return isTieoutError(thrown, "E_STRIPE_SANDBOX_REFUSED")
    ? (thrown.details as unknown as Refusal)
    : undefined;
}

/** 400 `invalid_request_error`; the ordinary way to refuse. */
export function invalid(message: string, code?: string, param?: string): TieoutError {
  return refusal({
    status: 400,
    type: "invalid_request_error",
    message,
    ...(code === undefined ? {} : { code }),
    ...(param === undefined ? {} : { param }),
  });
}

export function missing(object: string, id: string, param = "id"): TieoutError {
  return refusal({
    status: 404,
    type: "invalid_request_error",
    code: "resource_missing",
    message: `No such ${object}: '${id}'`,
    param,
  });
}

/** The JSON body real Stripe sends for a refusal. */
export function errorEnvelope(fields: Refusal): object {
  const { type, code, decline_code, message, param, charge } = fields;
  return {
    error: {
      ...(code === undefined
        ? {}
        : { code, doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll("_", "-")}` }),
      ...(charge === undefined ? {} : { charge }),
      ...(decline_code === undefined ? {} : { decline_code }),
      message,
      ...(param === undefined ? {} : { param }),
      type,
    },
  };
}
