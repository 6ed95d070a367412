/** NetSuite's REST over one keep-alive pool; every call signed anew, no secret in an answer. */
import { canonicalJson } from "../../kernel/canonical-json.ts";
import { openHttp } from "../kit/http-send.ts";
import { redactText } from "../kit/redact.ts";
import type { ConnectorSurroundings } from "../kit/source.ts";
import type { Answer, PreparedCall } from "../kit/target.ts";
import type { NetSuiteSettings } from "./settings.ts";
import { netsuiteSigner } from "./signing.ts";

export interface NetSuiteClient {
  /**
   * Sends a prepared call; never throws. `tooLate` is asked in the moment before the first byte.
   * The bytes are the canonical JSON of the body: the ones that were hashed, also after the request
   * has been stored and read again.
   */
  send(call: PreparedCall, tooLate?: () => boolean): Promise<Answer>;
  close(): Promise<void>;
}

export function netsuiteClient(
  settings: NetSuiteSettings,
  surroundings: ConnectorSurroundings,
): NetSuiteClient {
  const origin = new URL(settings.baseUrl).origin;
  const http = openHttp({
    origin,
    connections: settings.connections,
    timeoutMs: settings.timeoutMs,
  });
  const sign = netsuiteSigner(settings, surroundings);
  const { consumerSecret, tokenSecret, consumerKey, tokenId } = settings.credentials;
  const secrets = [consumerSecret, tokenSecret, consumerKey, tokenId];
  return {
    async send(call, tooLate) {
      const { method, path } = call;
      const headers = { ...call.headers, authorization: sign(method, origin + path) };
      const answer = await http.send({
        method,
        path,
        headers,
        ...(call.body === undefined ? {} : { body: canonicalJson(call.body) }),
        ...(tooLate === undefined ? {} : { tooLate }),
      });
      if (answer.kind === "answer") return { ...answer, body: redactText(answer.body, secrets) };
      return { ...answer, reason: redactText(answer.reason, secrets) };
    },
    close: () => http.close(),
  };
}
