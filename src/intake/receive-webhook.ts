/**
 * One webhook request, from bytes to answer. 2xx means: durable, whatever became of it (an event,
 * a documented ignore, a duplicate, a dead letter). 4xx: not from the source it claims to be from.
 * 5xx: not stored; the source sends it again.
 */
import type { ReceivedRequest, SourceConnection } from "../connectors/kit/source.ts";
import { isTieoutError } from "../kernel/errors.ts";
import type { FactMaker } from "./fact-maker.ts";
import type { GroupCommit } from "./group-commit.ts";
import { makeFact } from "./make-fact.ts";

export type WebhookAnswer =
  | { readonly kind: "kept"; readonly verdict: string }
  | { readonly kind: "refused"; readonly code: string; readonly reason: string }
  | {
      readonly kind: "busy";
      readonly code: string;
      readonly message: string;
      /** When it may be worth another try; a second where nothing is said. */
      readonly retrySeconds?: number;
    }
  | { readonly kind: "failed"; readonly cause: unknown };

/** `demandRoom` throws E_INTAKE_NO_ROOM while the ledger must not grow. */
export async function receiveWebhook(
  maker: FactMaker,
  group: GroupCommit,
  source: SourceConnection,
  request: ReceivedRequest,
  demandRoom: () => void = () => undefined,
): Promise<WebhookAnswer> {
  const verified = source.verify(request, maker.clock.now());
  if (!verified.ok) return { kind: "refused", code: verified.code, reason: verified.reason };
  try {
    demandRoom();
    const fact = makeFact(maker, source, request.body, "webhook");
    const verdict = await group.add(fact);
    // Whoever finds the disk full first hears the reason, too.
    if (verdict.kind === "failed") demandRoom();
    if (verdict.kind === "failed") return { kind: "failed", cause: verdict.cause };
    return { kind: "kept", verdict: verdict.kind === "stored" ? fact.verdict : verdict.kind };
  } catch (thrown) {
    if (isTieoutError(thrown) && thrown.class === "retry-after") {
      const seconds = thrown.details["seconds"];
      const retry = typeof seconds === "number" ? { retrySeconds: seconds } : {};
      return { kind: "busy", code: thrown.code, message: thrown.message, ...retry };
    }
    throw thrown;
  }
}
