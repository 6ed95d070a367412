/**
 * Method and path pattern to handler.
 *
 * pattern     segments; `:name` takes one segment, decoded. A fixed segment wins over a named one
 *             when it is declared first
 * operation   the stable name of a route, which fault rules and the access log use
 */
import type { Handler } from "./message.ts";

export interface Route {
  readonly method: string;
  readonly pattern: string;
  readonly operation: string;
  readonly handle: Handler;
}

export interface MatchedRoute {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

export function route(method: string, pattern: string, operation: string, handle: Handler): Route {
  return { method, pattern, operation, handle };
}

type Match = (method: string, path: string) => MatchedRoute | undefined;

const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze({});

/** Compiles the routes; a pattern without names costs one map look-up. */
export function createRouter(routes: readonly Route[]): Match {
  const fixed = new Map<string, Route>();
  const named = new Map<string, { route: Route; segments: string[] }[]>();
  for (const entry of routes) {
    const segments = entry.pattern.split("/");
    if (!entry.pattern.includes("/:")) fixed.set(`${entry.method} ${entry.pattern}`, entry);
    else {
      const key = `${entry.method} ${segments.length}`;
      const bucket = named.get(key) ?? [];
      bucket.push({ route: entry, segments });
      named.set(key, bucket);
    }
  }
  return (method, path) => {
    const whole = fixed.get(`${method} ${path}`);
    if (whole !== undefined) return { route: whole, params: NO_PARAMS };
    const segments = path.split("/");
    for (const candidate of named.get(`${method} ${segments.length}`) ?? []) {
      const params = matchSegments(candidate.segments, segments);
      if (params !== undefined) return { route: candidate.route, params };
    }
    return undefined;
  };
}

function matchSegments(
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? "";
    if (part.startsWith(":")) params[part.slice(1)] = decode(segment);
    else if (part !== segment) return undefined;
  }
  return params;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
