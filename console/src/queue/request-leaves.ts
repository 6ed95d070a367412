/** Every value of a JSON document with its place: `item.items[0].item.id`. */
export function leavesOf(value: unknown, place = ""): readonly (readonly [string, string])[] {
  if (Array.isArray(value)) {
    return value.flatMap((one, index) => leavesOf(one, `${place}[${index}]`));
  }
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([name, one]) =>
      leavesOf(one, place === "" ? name : `${place}.${name}`),
    );
  }
  return place === "" ? [] : [[place, String(value)]];
}
