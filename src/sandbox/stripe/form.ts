/**
 * Stripe's form encoding: `items[0][price]=p&metadata[k]=v&expand[]=lines`.
 * A level whose keys are all numbers, or `[]`, is a list; everything else an object.
 */
export type FormValue = string | FormValue[] | { [key: string]: FormValue };
export type FormTree = { [key: string]: FormValue };

const DEEPEST = 12;

/** Reads a form body or query. Later values of one key win, as in the real service. */
export function parseForm(text: string): FormTree {
  const root = level();
  for (const [name, value] of new URLSearchParams(text)) {
    const path = keysOf(name);
    if (path.length > 0 && path.length <= DEEPEST) place(root, path, value);
  }
  return asObject(root);
}

interface Level {
  readonly children: Map<string, Level | string>;
  next: number;
}

function level(): Level {
  return { children: new Map(), next: 0 };
}

/** `a[b][0][]` → a, b, 0, "" */
function keysOf(name: string): string[] {
  const cut = name.indexOf("[");
  if (cut <= 0) return [name];
  const keys = [name.slice(0, cut)];
  for (const part of name.slice(cut).matchAll(/\[([^\]]*)\]/g)) keys.push(part[1] ?? "");
  return keys;
}

function place(root: Level, path: readonly string[], value: string): void {
  let at = root;
  for (const [depth, raw] of path.entries()) {
    const key = raw === "" ? String(at.next++) : raw;
    if (depth === path.length - 1) {
      at.children.set(key, value);
      return;
    }
    const child = at.children.get(key);
    if (child === undefined || typeof child === "string") {
      const made = level();
      at.children.set(key, made);
      at = made;
    } else at = child;
  }
}

function asObject(from: Level): FormTree {
  // Without a prototype: a key such as __proto__ is a key like any other.
  const tree = Object.create(null) as FormTree;
  for (const [key, child] of from.children) tree[key] = asValue(child);
  return tree;
}

function asValue(child: Level | string): FormValue {
  if (typeof child === "string") return child;
  const keys = [...child.children.keys()];
  if (keys.length > 0 && keys.every((key) => /^\d{1,6}$/.test(key))) {
    return keys
      .sort((a, b) => Number(a) - Number(b))
      .map((key) => asValue(child.children.get(key) as Level | string));
  }
  return asObject(child);
}
