/** Ids that look like Stripe's, never repeat in a world, and are the same for the same seed. */
import { seededRandom } from "../../kernel/random.ts";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const COUNTED = 6;
const SPACE = 62 ** COUNTED;
/** No common factor with 62 ** 6, so that multiplying by it only shuffles the counter. */
const SHUFFLE = 7_920_647n;

/** Old resource types have 14 characters after the prefix, the others 24 with a leading 1 or 3. */
const SHORT = new Set(["cus", "prod", "sub", "si", "req"]);
const LONG_LEAD: Readonly<Record<string, string>> = { ch: "3", pi: "3", re: "3", txn: "3" };

/** `count` letters and digits; the same for the same seed and number. */
export function letters(seed: number, number: number, count: number): string {
  const random = seededRandom((Math.imul(seed, 0x9e3779b1) + number) >>> 0);
  let text = "";
  for (const byte of random.bytes(count)) text += ALPHABET[byte % 62];
  return text;
}

/** The `number`-th id of the world, for example `in_1Kd8…`. */
export function stripeId(prefix: string, seed: number, number: number): string {
  const lead = SHORT.has(prefix) ? "" : (LONG_LEAD[prefix] ?? "1");
  const length = SHORT.has(prefix) ? 14 : 24;
  const drawn = letters(seed, number, length - lead.length - COUNTED);
  return `${prefix}_${lead}${drawn}${counted(number)}`;
}

/** The counter is part of the id: drawn letters alone would collide after some 65,000 ids. */
function counted(number: number): string {
  let rest = Number((BigInt(number) * SHUFFLE) % BigInt(SPACE));
  let text = "";
  for (let i = 0; i < COUNTED; i += 1) {
    text += ALPHABET[rest % 62];
    rest = Math.floor(rest / 62);
  }
  return text;
}

/** An invoice prefix such as `A1B2C3D4`; unique in practice, not by construction. */
export function invoicePrefix(seed: number, number: number): string {
  const bytes = seededRandom((Math.imul(seed, 0x85ebca6b) + number) >>> 0).bytes(4);
  return Buffer.from(bytes).toString("hex").toUpperCase();
}
