/** Logs: one JSON line an event, with correlation ids, without secrets. */
import pino from "pino";

/** Names under which a secret may stand in a logged object. */
const SECRET = [
  "authorization",
  "apiKey",
  "secret",
  "consumerSecret",
  "tokenSecret",
  "webhookSecrets",
  "password",
  "token",
  "url",
];

/** Credentials inside addresses are cut out wherever an address is logged. */
function censor(value: unknown): unknown {
  if (typeof value === "string" && /^[a-z+]+:\/\//.test(value)) {
    return value.replace(/\/\/[^@/]*@/, "//***@");
  }
  return "***";
}

export function openLog(level: string, name: string): pino.Logger {
  const paths = SECRET.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);
  return pino({ level, name, base: { name }, redact: { paths, censor } });
}
