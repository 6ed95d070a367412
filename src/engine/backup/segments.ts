/** Names of segments of write-ahead log: timeline, then a number in two parts, in hexadecimal. */

/** All names from the first to the last, both included. They must be of one timeline. */
export function segmentsBetween(first: string, last: string, segmentBytes: number): string[] {
  const perPart = 0x100000000 / segmentBytes;
  const timeline = first.slice(0, 8);
  const numberOf = (name: string): number =>
    Number.parseInt(name.slice(8, 16), 16) * perPart + Number.parseInt(name.slice(16), 16);
  const names: string[] = [];
  for (let number = numberOf(first); number <= numberOf(last); number += 1) {
    const parts = [Math.floor(number / perPart), number % perPart];
    const text = parts.map((part) => part.toString(16).toUpperCase().padStart(8, "0")).join("");
    names.push(`${timeline}${text}`);
  }
  return names;
}
