import { supervisorErrors } from "./errors.ts";
import type { ChildSpec } from "./types.ts";

/**
 * The children with every need before what needs it, else in the order given. Throws
 * E_SUPERVISOR_CHILDREN for a name used twice, a need that is not there, and a circle.
 */
export function startOrder(children: readonly ChildSpec[]): ChildSpec[] {
  const byName = new Map(children.map((child) => [child.name, child]));
  if (byName.size !== children.length) {
    throw supervisorErrors.E_SUPERVISOR_CHILDREN({ reason: "a name is used twice" });
  }
  const ordered = new Set<ChildSpec>();
  const place = (child: ChildSpec, above: readonly string[]): void => {
    if (above.includes(child.name)) {
      const reason = `${[...above, child.name].join(" needs ")} is a circle`;
      throw supervisorErrors.E_SUPERVISOR_CHILDREN({ reason });
    }
    for (const need of child.needs ?? []) {
      const needed = byName.get(need);
      if (needed === undefined) {
        const reason = `${child.name} needs ${need}, which is not there`;
        throw supervisorErrors.E_SUPERVISOR_CHILDREN({ reason });
      }
      place(needed, [...above, child.name]);
    }
    ordered.add(child);
  };
  for (const child of children) place(child, []);
  return [...ordered];
}
