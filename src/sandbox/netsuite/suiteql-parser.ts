/**
 * SuiteQL tokens to a query. The subset is small and honest: what it does not know is a 400, for a
 * wrong answer would be worse than none.
 *
 * SELECT [DISTINCT] * | expr [[AS] alias], …
 * FROM table [[AS] alias] { [INNER] JOIN table [[AS] alias] ON a.x = b.y }
 * [WHERE condition] [GROUP BY expr, …] [ORDER BY expr | alias [ASC|DESC], …]
 *
 * expr       column · alias.column · 'text' · number · COUNT(*) · COUNT SUM MIN MAX (expr) ·
 *            TO_CHAR(expr, 'format') · TO_DATE('text', 'format') · UPPER LOWER (expr)
 * condition  = <> < <= > >= · [NOT] LIKE · [NOT] IN (…) · [NOT] BETWEEN … AND … · IS [NOT] NULL ·
 *            AND OR NOT and parentheses
 */
import { invalidQuery } from "./refusal.ts";
import type { Token } from "./suiteql-lexer.ts";
import { tokensOf } from "./suiteql-lexer.ts";

export type Expr =
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expr[] }
  | { readonly kind: "column"; readonly table: string | null; readonly name: string }
  | { readonly kind: "number"; readonly value: string }
  | { readonly kind: "star" }
  | { readonly kind: "text"; readonly value: string };

export type Condition =
  | { readonly kind: "and" | "or"; readonly left: Condition; readonly right: Condition }
  | { readonly kind: "between"; readonly of: Expr; readonly low: Expr; readonly high: Expr }
  | { readonly kind: "compare"; readonly sign: string; readonly left: Expr; readonly right: Expr }
  | { readonly kind: "in"; readonly of: Expr; readonly list: readonly Expr[] }
  | { readonly kind: "like"; readonly of: Expr; readonly pattern: Expr }
  | { readonly kind: "not"; readonly of: Condition }
  | { readonly kind: "null"; readonly of: Expr };

export interface TableRef {
  readonly table: string;
  readonly alias: string;
}

export interface Join extends TableRef {
  readonly left: Expr;
  readonly right: Expr;
}

export interface Query {
  readonly distinct: boolean;
  readonly select: readonly { readonly expr: Expr; readonly alias: string | null }[];
  readonly from: TableRef;
  readonly joins: readonly Join[];
  readonly where: Condition | null;
  readonly groupBy: readonly Expr[];
  readonly orderBy: readonly { readonly expr: Expr; readonly descending: boolean }[];
}

const RESERVED = new Set(
  (
    "select distinct from where group order by join inner left right full cross outer on " +
    "and or not in like between is null as asc desc having union top fetch offset limit rownum " +
    "case when with"
  ).split(" "),
);
const FUNCTIONS = new Set(["count", "sum", "min", "max", "to_char", "to_date", "upper", "lower"]);

/** Parses a whole query. Throws the invalid-query refusal with the token that did not fit. */
export function parseQuery(text: string): Query {
  const parser = new Parser(tokensOf(text));
  const query = parser.query();
  parser.expectEnd();
  return query;
}

class Parser {
  private readonly tokens: readonly Token[];
  private at = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  query(): Query {
    this.word("select");
    const distinct = this.take("distinct");
    const select = this.list(() => this.selected());
    this.word("from");
    const from = this.tableRef();
    const joins: Join[] = [];
    while (this.peek("inner") || this.peek("join")) joins.push(this.join());
    const where = this.take("where") ? this.condition() : null;
    const groupBy = this.by("group") ? this.list(() => this.expr()) : [];
    const orderBy = this.by("order") ? this.list(() => this.ordered()) : [];
    return { distinct, select, from, joins, where, groupBy, orderBy };
  }

  expectEnd(): void {
    if (this.current.kind !== "end") throw this.unexpected();
  }

  private selected() {
    if (this.take("*")) return { expr: { kind: "star" } as const, alias: null };
    const expr = this.expr();
    const named = this.take("as");
    if (this.current.kind !== "name" || RESERVED.has(this.current.value)) {
      if (named) throw this.unexpected();
      return { expr, alias: null };
    }
    return { expr, alias: this.name() };
  }

  private tableRef(): TableRef {
    const table = this.name();
    const named = this.take("as");
    const aliased = this.current.kind === "name" && !RESERVED.has(this.current.value);
    if (named && !aliased) throw this.unexpected();
    return { table, alias: aliased ? this.name() : table };
  }

  private join(): Join {
    this.take("inner");
    this.word("join");
    const ref = this.tableRef();
    this.word("on");
    const left = this.expr();
    this.word("=");
    return { ...ref, left, right: this.expr() };
  }

  private ordered() {
    const expr = this.expr();
    const descending = this.take("desc");
    if (!descending) this.take("asc");
    return { expr, descending };
  }

  private condition(): Condition {
    let left = this.conjunction();
    while (this.take("or")) left = { kind: "or", left, right: this.conjunction() };
    return left;
  }

  private conjunction(): Condition {
    let left = this.negation();
    while (this.take("and")) left = { kind: "and", left, right: this.negation() };
    return left;
  }

  private negation(): Condition {
    if (this.take("not")) return { kind: "not", of: this.negation() };
    if (!this.take("(")) return this.predicate();
    const inner = this.condition();
    this.word(")");
    return inner;
  }

  private predicate(): Condition {
    const of = this.expr();
    if (this.take("is")) {
      const negated = this.take("not");
      this.word("null");
      return negate(negated, { kind: "null", of });
    }
    const negated = this.take("not");
    if (this.take("in")) {
      this.word("(");
      const list = this.list(() => this.expr());
      this.word(")");
      return negate(negated, { kind: "in", of, list });
    }
    if (this.take("like")) return negate(negated, { kind: "like", of, pattern: this.expr() });
    if (this.take("between")) {
      const low = this.expr();
      this.word("and");
      return negate(negated, { kind: "between", of, low, high: this.expr() });
    }
    const sign = ["=", "<>", "<=", ">=", "<", ">"].find((one) => this.peek(one));
    if (negated || sign === undefined) throw this.unexpected();
    this.at += 1;
    return { kind: "compare", sign, left: of, right: this.expr() };
  }

  private expr(): Expr {
    const token = this.current;
    if (token.kind === "text" || token.kind === "number") {
      this.at += 1;
      return { kind: token.kind, value: token.value };
    }
    if (this.take("-")) {
      const value = `-${this.current.value}`;
      this.at += 1;
      return { kind: "number", value };
    }
    const name = this.name();
    if (this.take(".")) return { kind: "column", table: name, name: this.name() };
    if (!this.take("(")) return { kind: "column", table: null, name };
    if (!FUNCTIONS.has(name)) throw invalidQuery(`Invalid or unsupported function ${name}.`);
    const star = name === "count" && this.take("*");
    const args: Expr[] = star ? [{ kind: "star" }] : this.list(() => this.expr());
    this.word(")");
    return { kind: "call", name, args };
  }

  private list<T>(one: () => T): T[] {
    const items = [one()];
    while (this.take(",")) items.push(one());
    return items;
  }

  private by(word: string): boolean {
    if (!this.take(word)) return false;
    this.word("by");
    return true;
  }

  private name(): string {
    const { kind, value } = this.current;
    if (kind !== "name" || RESERVED.has(value)) throw this.unexpected();
    this.at += 1;
    return value;
  }

  private word(value: string): void {
    if (!this.take(value)) throw this.unexpected();
  }

  private take(value: string): boolean {
    if (!this.peek(value)) return false;
    this.at += 1;
    return true;
  }

  private peek(value: string): boolean {
    return this.current.kind !== "text" && this.current.value === value;
  }

  private get current(): Token {
    return this.tokens[this.at] ?? { kind: "end", value: "", raw: "end of query" };
  }

  private unexpected() {
    return invalidQuery(`Invalid or unsupported search near '${this.current.raw}'.`);
  }
}

function negate(negated: boolean, condition: Condition): Condition {
  return negated ? { kind: "not", of: condition } : condition;
}
