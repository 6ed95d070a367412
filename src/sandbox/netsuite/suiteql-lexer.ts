/** SuiteQL text to tokens. What is not a token of the subset is refused, never skipped. */
import { invalidQuery } from "./refusal.ts";

export interface Token {
  readonly kind: "end" | "name" | "number" | "sign" | "text";
  /** Names in lower case; texts without their quotes. */
  readonly value: string;
  /** As written, for messages. */
  readonly raw: string;
}

const PATTERN =
  /\s+|'(?:[^']|'')*'|\d+(?:\.\d+)?|[A-Za-z_][A-Za-z0-9_]*|<>|!=|<=|>=|[=<>(),.*]|-(?=\d)/y;

/** Tokens of a query, an end token last. Throws the invalid-query refusal. */
export function tokensOf(query: string): Token[] {
  const tokens: Token[] = [];
  PATTERN.lastIndex = 0;
  while (PATTERN.lastIndex < query.length) {
    const at = PATTERN.lastIndex;
    const found = PATTERN.exec(query);
    if (found === null) throw invalidQuery(`Unexpected character at position ${at + 1}.`);
    const raw = found[0];
    if (!/^\s/.test(raw)) tokens.push(tokenOf(raw));
  }
  tokens.push({ kind: "end", value: "", raw: "end of query" });
  return tokens;
}

function tokenOf(raw: string): Token {
  if (raw.startsWith("'")) {
    return { kind: "text", value: raw.slice(1, -1).replaceAll("''", "'"), raw };
  }
  if (/^\d/.test(raw)) return { kind: "number", value: raw, raw };
  if (/^[A-Za-z_]/.test(raw)) return { kind: "name", value: raw.toLowerCase(), raw };
  return { kind: "sign", value: raw === "!=" ? "<>" : raw, raw };
}
