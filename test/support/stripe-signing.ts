import { createHmac } from "node:crypto";

/** The header that Stripe would send with a body now, or `ageSeconds` ago. */
export function signatureOf(secret: string, body: string | Buffer, ageSeconds = 0): string {
  const at = Math.floor(Date.now() / 1000) - ageSeconds;
  const mac = createHmac("sha256", secret).update(`${at}.`).update(body).digest("hex");
  return `t=${at},v1=${mac}`;
}

/** Posts a body as Stripe would; `headers` win. */
export async function postSigned(
  url: string,
  secret: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<{ status: number; verdict: string; code: string; detail: string }> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json; charset=utf-8",
      "stripe-signature": signatureOf(secret, body),
      ...headers,
    },
    body: new Uint8Array(Buffer.from(body)),
  });
  const answer = (await response.json()) as { verdict?: string; code?: string; detail?: string };
  const { verdict = "", code = "", detail = "" } = answer;
  return { status: response.status, verdict, code, detail };
}
