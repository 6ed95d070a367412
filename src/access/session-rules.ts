/**
 * How long a proof of who somebody is holds, and how often one may guess. Pure figures; the store
 * applies them with the database's clock, so that any number of hubs agree.
 */

/** A desk left alone. */
export const IDLE_MINUTES = 60;
/** A working day; after it one signs in again, whatever one did. */
export const ABSOLUTE_HOURS = 12;

export interface GuessLimit {
  readonly tries: number;
  readonly minutes: number;
}

/** Tries at one account, and from one address, before both must wait until the window is over. */
export const accountLimit: GuessLimit = { tries: 10, minutes: 15 };
export const addressLimit: GuessLimit = { tries: 60, minutes: 15 };

export const LONGEST_TOKEN_DAYS = 365;

/**
 * The path to return to after signing in: a path of ours, or `/`. What a browser could read as
 * another host is refused: `//host`, a backslash, a control character, a scheme.
 */
export function safeReturnPath(wanted: string | undefined): string {
  if (wanted === undefined || wanted.length > 2000) return "/";
  if (!/^\/(?![/\\])[\x21-\x7e]*$/.test(wanted) || wanted.includes("\\")) return "/";
  return wanted;
}
