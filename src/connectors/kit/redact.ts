/**
 * Keeping secrets out of whatever is stored or shown.
 *
 * secret    a credential of a connection; longer than `MIN_SECRET` characters, for shorter texts
 *           occur by chance and would blacken ordinary words
 */
const SENSITIVE =
  /^((proxy-)?authorization|(set-)?cookie|x-api-key|.*(token|secret|signature|password).*)$/i;

const MIN_SECRET = 6;
const MASK = "[redacted]";

/** Headers that may be stored: what carries a credential keeps its name and loses its value. */
export function redactHeaders(
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, SENSITIVE.test(name) ? MASK : value]),
  );
}

/** A text without any of the secrets, neither plain nor percent-encoded. */
export function redactText(text: string, secrets: readonly string[]): string {
  let out = text;
  for (const secret of secrets) {
    if (secret.length < MIN_SECRET) continue;
    for (const form of new Set([secret, encodeURIComponent(secret)])) {
      out = out.replaceAll(form, MASK);
    }
  }
  return out;
}

/** True when a text shows one of the secrets. */
export function showsSecret(text: string, secrets: readonly string[]): boolean {
  return redactText(text, secrets) !== text;
}
