/**
 * The words of a name, as they are told and as they are asked for: lower case, letters and digits
 * of any script. A word is found by its beginning, so each beginning is kept.
 */

/** Longer beginnings find what their first letters find. */
const LONGEST = 16;
/** One letter begins too much to be worth a row; a word of one letter is found whole. */
const SHORTEST = 2;

export function wordsOf(name: string): string[] {
  const words = name
    .normalize("NFC")
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu);
  return [...new Set(words ?? [])];
}

/** All beginnings under which a name is found. */
export function beginningsOf(name: string): string[] {
  const found = new Set<string>();
  for (const word of wordsOf(name)) {
    const letters = [...word];
    if (letters.length < SHORTEST) found.add(word);
    const most = Math.min(letters.length, LONGEST);
    for (let length = SHORTEST; length <= most; length += 1) {
      found.add(letters.slice(0, length).join(""));
    }
  }
  return [...found];
}

/** What is looked for when somebody asks for a name; each must be there. */
export function askedBeginnings(text: string): string[] {
  return [...new Set(wordsOf(text).map((word) => [...word].slice(0, LONGEST).join("")))];
}
