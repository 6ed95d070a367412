/**
 * The error registry.
 *
 * error    something thrown; never to be mixed up with an exception case, which a person settles
 * code     the stable name of an error, documented in docs/errors
 * class    what follows from it:
 *          retry        the same call may succeed soon
 *          retry-after  the same call may succeed once a stated time has passed
 *          pause        stop and let a person look before anything else of this kind is tried
 *          reject       the input is wrong; the same call fails again for ever
 *          bug          we broke a rule of our own
 */
export type ErrorClass = "retry" | "retry-after" | "pause" | "reject" | "bug";

export interface ErrorDefinition {
  /** Sentence with `{field}` places that are filled from the details. */
  readonly message: string;
  readonly class: ErrorClass;
}

export type ErrorDetails = Readonly<Record<string, unknown>>;

/** The one error type of the product: a documented code, its class, the details that fill it. */
export class TieoutError extends Error {
  readonly code: string;
  readonly class: ErrorClass;
  readonly details: ErrorDetails;

  constructor(code: string, definition: ErrorDefinition, details: ErrorDetails, cause?: unknown) {
    super(fillMessage(definition.message, details), cause === undefined ? undefined : { cause });
    this.name = "TieoutError";
    this.code = code;
    this.class = definition.class;
    this.details = details;
  }
}

export type ErrorFactory = (details?: ErrorDetails, cause?: unknown) => TieoutError;

/** Declares a folder's error codes; each becomes a function that makes the error. */
export function defineErrors<Code extends string>(
  definitions: Readonly<Record<Code, ErrorDefinition>>,
): Readonly<Record<Code, ErrorFactory>> {
  const factories: Partial<Record<Code, ErrorFactory>> = {};
  for (const code of Object.keys(definitions) as Code[]) {
    factories[code] = (details, cause) =>
      new TieoutError(code, definitions[code], details ?? {}, cause);
  }
  return factories as Record<Code, ErrorFactory>;
}

/** True for our own errors; narrows to one code when it is given. */
export function isTieoutError(value: unknown, code?: string): value is TieoutError {
  return value instanceof TieoutError && (code === undefined || value.code === code);
}

/** The message of anything thrown, for people. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function fillMessage(template: string, details: ErrorDetails): string {
  return template.replace(/\{(\w+)\}/g, (place, field: string) =>
    field in details ? String(details[field]) : place,
  );
}

export const kernelErrors = defineErrors({
  E_MONEY_CURRENCY_UNKNOWN: {
    message: 'Currency "{currency}" is not in the ISO 4217 table.',
    class: "reject",
  },
  E_MONEY_AMOUNT_MALFORMED: {
    message:
      '"{amount}" is not an amount: digits, an optional leading minus and a decimal point are allowed.',
    class: "reject",
  },
  E_MONEY_TOO_PRECISE: {
    message: "{amount} has more decimals than {currency} allows ({digits}).",
    class: "reject",
  },
  E_MONEY_CURRENCY_MIXED: {
    message: "{left} and {right} cannot be added or compared: different currencies.",
    class: "bug",
  },
  E_MONEY_SPLIT_WEIGHTS: {
    message: "An amount cannot be split over weights that are negative or sum to zero.",
    class: "bug",
  },
  E_DECIMAL_MALFORMED: {
    message: '"{text}" is not an exact decimal.',
    class: "reject",
  },
  E_ID_MALFORMED: {
    message: '"{text}" is not an identifier of ours.',
    class: "reject",
  },
  E_TIME_MALFORMED: {
    message: '"{text}" is not a time we can read.',
    class: "reject",
  },
  E_CANONICAL_VALUE: {
    message: "A value of type {type} has no canonical JSON form.",
    class: "bug",
  },
  E_JSON_MALFORMED: {
    message: "Not JSON: {reason} at byte {offset}.",
    class: "reject",
  },
  E_JSON_ENCODING: {
    message: "Not UTF-8: a byte at {offset} breaks the encoding.",
    class: "reject",
  },
  E_JSON_DUPLICATE_KEY: {
    message: 'The key "{key}" appears twice in one object, at byte {offset}.',
    class: "reject",
  },
  E_JSON_FORBIDDEN_KEY: {
    message: 'The key "{key}" is not accepted, at byte {offset}.',
    class: "reject",
  },
  E_JSON_TOO_DEEP: {
    message: "Nested deeper than {limit} levels, at byte {offset}.",
    class: "reject",
  },
  E_JSON_NUMBER_INEXACT: {
    message: "The number {text} at byte {offset} cannot be kept exactly.",
    class: "reject",
  },
  E_JSON_NUL: {
    message: "A NUL character at byte {offset} is not accepted.",
    class: "reject",
  },
});
