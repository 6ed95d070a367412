/** One try of one webhook: sign, post, hear the status. */
import { createHmac } from "node:crypto";
import { Agent, request as httpRequest } from "node:http";
import { Agent as TlsAgent, request as tlsRequest } from "node:https";

export interface Agents {
  readonly http: Agent;
  readonly https: TlsAgent;
}

export function createAgents(): Agents {
  return { http: new Agent({ keepAlive: true }), https: new TlsAgent({ keepAlive: true }) };
}

export interface Sending {
  readonly url: string;
  readonly body: string;
  /** The value of the `Stripe-Signature` header. */
  readonly signature: string;
  /** Milliseconds of silence after which the try has failed. */
  readonly timeoutMs: number;
}

/** The HTTP status, or 0 when there was no whole answer. Redirects are not followed. */
export function sendWebhook(agents: Agents, sending: Sending): Promise<number> {
  const { url, body, timeoutMs } = sending;
  const headers = {
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    "stripe-signature": sending.signature,
  };
  return new Promise((resolve) => {
    const options = { method: "POST", headers, timeout: timeoutMs };
    const outgoing = url.startsWith("https:")
      ? tlsRequest(url, { ...options, agent: agents.https })
      : httpRequest(url, { ...options, agent: agents.http });
    outgoing.on("response", (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
    });
    outgoing.on("timeout", () => outgoing.destroy());
    outgoing.on("error", () => resolve(0));
    // Also comes after a whole answer, when the promise is settled already.
    outgoing.on("close", () => resolve(0));
    outgoing.end(body);
  });
}

/** `t=…,v1=…`, one v1 per secret that is in force. */
export function signatureHeader(body: string, secrets: readonly string[], seconds: number): string {
  const signatures = secrets.map((secret) => {
    const hmac = createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
    return `v1=${hmac}`;
  });
  return [`t=${seconds}`, ...signatures].join(",");
}
