/** Runs a parsed query: join, filter, group, order. Every value leaves as text, as in SuiteQL. */
import Big from "big.js";
import { invalidQuery } from "./refusal.ts";
import { shortDate } from "./render-record.ts";
import type { Condition, Expr, Query } from "./suiteql-parser.ts";
import type { Cell, ColumnType, Row, Table } from "./suiteql-tables.ts";
import type { Scope, Tuple, Typed } from "./suiteql-values.ts";
import { compareNumbers, compareTexts, comparison, compile } from "./suiteql-values.ts";

export interface QueryResult {
  readonly rows: readonly Readonly<Record<string, string>>[];
  /** False when the query had no ORDER BY: then the order promises nothing. */
  readonly ordered: boolean;
}

const AGGREGATES = new Set(["count", "sum", "min", "max"]);
/** Oracle's limit on a list of literals, met by SuiteQL too [mem]. */
const LONGEST_LIST = 1000;

interface Output {
  readonly key: string;
  readonly type: ColumnType;
  readonly of: (group: readonly Tuple[]) => Cell;
}

/** Runs a query. Throws the invalid-query refusal. */
export function runQuery(
  query: Query,
  find: (name: string) => Table | undefined,
  timeZone: string,
): QueryResult {
  const scope = scopeOf(query, find, timeZone);
  const passes = query.where === null ? () => true : filter(query.where, scope);
  const tuples = joined(query, scope).filter((tuple) => passes(tuple) === true);
  const outputs = outputsOf(query, scope);
  const grouped = query.groupBy.length > 0 || query.select.some((one) => isAggregate(one.expr));
  const groups = grouped ? groupsOf(tuples, query, scope) : tuples.map((tuple) => [tuple]);
  if (query.orderBy.length > 0) groups.sort(ordering(query, scope, outputs, grouped));
  const rows = groups.map((group) => rowOf(outputs, group));
  return { rows: query.distinct ? distinct(rows) : rows, ordered: query.orderBy.length > 0 };
}

function scopeOf(query: Query, find: (name: string) => Table | undefined, timeZone: string): Scope {
  const tables = [query.from, ...query.joins].map(({ table, alias }) => {
    const found = find(table);
    if (found === undefined) throw invalidQuery(`Record '${table}' was not found.`);
    return { alias, table: found };
  });
  return { tables, timeZone };
}

/** Inner joins by one equality, each by a hash of the joined table. */
function joined(query: Query, scope: Scope): Tuple[] {
  const [first, ...others] = scope.tables;
  let tuples: Tuple[] = [...(first?.table.rows() ?? [])].map((row) => [row]);
  for (const [index, { table }] of others.entries()) {
    const join = query.joins[index];
    if (join === undefined) continue;
    const sides = joinSides(join.left, join.right, scope, index + 1);
    const buckets = new Map<string, Row[]>();
    const pad: Row[] = new Array(index + 1).fill(() => null);
    for (const row of table.rows()) {
      const key = sides.inner.get([...pad, row]);
      if (key !== null) buckets.set(key, [...(buckets.get(key) ?? []), row]);
    }
    tuples = tuples.flatMap((tuple) => {
      const key = sides.outer.get(tuple);
      return key === null ? [] : (buckets.get(key) ?? []).map((row) => [...tuple, row]);
    });
  }
  return tuples;
}

function joinSides(left: Expr, right: Expr, scope: Scope, index: number) {
  const upTo = (end: number, from = 0): Scope => ({
    ...scope,
    tables: scope.tables.map((one, at) =>
      at >= from && at < end ? one : { ...one, alias: "", table: { columns: {}, rows: () => [] } },
    ),
  });
  const inScope = (expr: Expr, limits: Scope): Typed | undefined => {
    try {
      return compile(expr, limits);
    } catch {
      return undefined;
    }
  };
  const outerScope = upTo(index);
  const innerScope = upTo(index + 1, index);
  for (const [a, b] of [
    [left, right],
    [right, left],
  ] as const) {
    const outer = inScope(a, outerScope);
    const inner = inScope(b, innerScope);
    if (outer !== undefined && inner !== undefined && outer.type === inner.type) {
      return { outer, inner };
    }
  }
  throw invalidQuery("A join needs one equality between the joined table and an earlier one.");
}

/** Three-valued, as SQL's: null is neither true nor false, and NOT null is null. */
type Filter = (tuple: Tuple) => boolean | null;

function filter(condition: Condition, scope: Scope): Filter {
  switch (condition.kind) {
    case "and":
    case "or":
      return combine(condition.kind, filter(condition.left, scope), filter(condition.right, scope));
    case "not": {
      const of = filter(condition.of, scope);
      return (tuple) => {
        const value = of(tuple);
        return value === null ? null : !value;
      };
    }
    case "null": {
      const of = compile(condition.of, scope);
      return (tuple) => of.get(tuple) === null;
    }
    case "compare":
      return compares(condition.sign, condition.left, condition.right, scope);
    case "between": {
      const low = compares(">=", condition.of, condition.low, scope);
      const high = compares("<=", condition.of, condition.high, scope);
      return combine("and", low, high);
    }
    case "in":
      return inList(condition.of, condition.list, scope);
    case "like":
      return like(compile(condition.of, scope), condition.pattern);
  }
}

/** A list of texts is one look-up; anything else is compared one by one. */
function inList(expr: Expr, list: readonly Expr[], scope: Scope): Filter {
  if (list.length > LONGEST_LIST) {
    throw invalidQuery("The maximum number of expressions in a list is 1000.");
  }
  const of = compile(expr, scope);
  const texts = list.flatMap((one) => (one.kind === "text" ? [one.value] : []));
  if (of.type !== "text" || texts.length < list.length) {
    const each = list.map((one) => compares("=", expr, one, scope));
    return each.reduce((all, one) => combine("or", all, one));
  }
  const wanted = new Set(texts);
  return (tuple) => {
    const value = of.get(tuple);
    return value === null ? null : wanted.has(value);
  };
}

function combine(kind: "and" | "or", left: Filter, right: Filter): Filter {
  const decisive = kind === "or";
  return (tuple) => {
    const a = left(tuple);
    if (a === decisive) return decisive;
    const b = right(tuple);
    if (b === decisive) return decisive;
    return a === null || b === null ? null : !decisive;
  };
}

const SIGNS: Readonly<Record<string, (order: number) => boolean>> = {
  "=": (order) => order === 0,
  "<>": (order) => order !== 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

function compares(sign: string, left: Expr, right: Expr, scope: Scope): Filter {
  const order = comparison(compile(left, scope), compile(right, scope), scope);
  const holds = SIGNS[sign];
  if (holds === undefined) throw invalidQuery(`Unsupported operator ${sign}.`);
  return (tuple) => {
    const found = order(tuple);
    return found === null ? null : holds(found);
  };
}

function like(of: Typed, pattern: Expr): Filter {
  if (of.type !== "text" || pattern.kind !== "text") throw invalidQuery("LIKE compares texts.");
  const source = pattern.value
    .replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
    .replaceAll("%", "[^]*")
    .replaceAll("_", "[^]");
  const expression = new RegExp(`^${source}$`);
  return (tuple) => {
    const value = of.get(tuple);
    return value === null ? null : expression.test(value);
  };
}

function isAggregate(expr: Expr): boolean {
  return expr.kind === "call" && AGGREGATES.has(expr.name);
}

function outputsOf(query: Query, scope: Scope): Output[] {
  const outputs: Output[] = [];
  const grouped = query.groupBy.length > 0 || query.select.some((one) => isAggregate(one.expr));
  for (const [index, { expr, alias }] of query.select.entries()) {
    if (expr.kind === "star") {
      if (grouped || scope.tables.length > 1) throw invalidQuery("Invalid use of '*'.");
      for (const name of Object.keys(scope.tables[0]?.table.columns ?? {})) {
        const of = compile({ kind: "column", table: null, name }, scope);
        outputs.push({ key: name, type: of.type, of: firstOf(of) });
      }
    } else outputs.push(outputOf(expr, alias ?? defaultKey(expr, index), query, scope, grouped));
  }
  return outputs;
}

/** Expressions without a name are called expr1, expr2 … [obs]. */
function defaultKey(expr: Expr, index: number): string {
  return expr.kind === "column" ? expr.name : `expr${index + 1}`;
}

function outputOf(expr: Expr, key: string, query: Query, scope: Scope, grouped: boolean): Output {
  if (isAggregate(expr)) return { key, ...aggregate(expr, scope) };
  if (grouped && !query.groupBy.some((one) => same(one, expr))) {
    throw invalidQuery(`'${key}' is not a GROUP BY expression.`);
  }
  const of = compile(expr, scope);
  return { key, type: of.type, of: firstOf(of) };
}

function firstOf(of: Typed): Output["of"] {
  return ([tuple]) => (tuple === undefined ? null : of.get(tuple));
}

function aggregate(expr: Expr, scope: Scope): Omit<Output, "key"> {
  if (expr.kind !== "call") throw invalidQuery("Not an aggregate.");
  const [argument] = expr.args;
  if (argument === undefined || expr.args.length > 1) {
    throw invalidQuery(`${expr.name} takes one argument.`);
  }
  if (argument.kind === "star") {
    return { type: "number", of: (group) => String(group.length) };
  }
  const of = compile(argument, scope);
  const values = (group: readonly Tuple[]) =>
    group.map((tuple) => of.get(tuple)).filter((value) => value !== null);
  if (expr.name === "count") return { type: "number", of: (group) => String(values(group).length) };
  if (expr.name === "sum") {
    if (of.type !== "number") throw invalidQuery("SUM takes a number.");
    return { type: "number", of: (group) => summed(values(group)) };
  }
  const order = of.type === "number" ? compareNumbers : compareTexts;
  const wanted = expr.name === "min" ? -1 : 1;
  return {
    type: of.type,
    of: (group) =>
      values(group).reduce<Cell>(
        (best, one) => (best === null || order(one, best) === wanted ? one : best),
        null,
      ),
  };
}

function summed(values: readonly string[]): Cell {
  if (values.length === 0) return null;
  return values.reduce((sum, one) => sum.plus(one), new Big(0)).toFixed();
}

function groupsOf(tuples: readonly Tuple[], query: Query, scope: Scope): Tuple[][] {
  if (query.groupBy.length === 0) return [[...tuples]];
  const keys = query.groupBy.map((expr) => compile(expr, scope));
  const groups = new Map<string, Tuple[]>();
  for (const tuple of tuples) {
    const key = JSON.stringify(keys.map((one) => one.get(tuple)));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [tuple]);
    else group.push(tuple);
  }
  return [...groups.values()];
}

function ordering(query: Query, scope: Scope, outputs: readonly Output[], grouped: boolean) {
  const keys = query.orderBy.map(({ expr, descending }) => {
    const named =
      expr.kind === "column" && expr.table === null
        ? outputs.find((one) => one.key === expr.name)
        : undefined;
    return { output: named ?? outputOf(expr, "", query, scope, grouped), descending };
  });
  return (a: readonly Tuple[], b: readonly Tuple[]): number => {
    for (const { output, descending } of keys) {
      const order = compareCells(output.of(a), output.of(b), output.type);
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  };
}

/** Nulls are the greatest, as in Oracle. */
function compareCells(a: Cell, b: Cell, type: ColumnType): number {
  if (a === null || b === null) return a === b ? 0 : Number(a === null) - Number(b === null);
  return type === "number" ? compareNumbers(a, b) : compareTexts(a, b);
}

/** Nulls are left out [obs]; dates and times show as M/D/YYYY, the time of day lost [obs]. */
function rowOf(outputs: readonly Output[], group: readonly Tuple[]): Record<string, string> {
  const row: Record<string, string> = {};
  for (const { key, type, of } of outputs) {
    const value = of(group);
    if (value === null) continue;
    row[key] = type === "date" || type === "datetime" ? shortDate(value.slice(0, 10)) : value;
  }
  return row;
}

function distinct<T>(rows: readonly T[]): T[] {
  return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
}

function same(a: Expr, b: Expr): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
