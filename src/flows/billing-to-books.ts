/**
 * From a billing platform to the books. What posts is what accounting says posts: documents and
 * money. Status (`invoice.paid`, a subscription's state) never posts and has no route here.
 */
import type { EventDraft } from "../contracts/envelope.ts";
import type { Flow, RouteVerdict } from "../routing/flow.ts";

export interface BooksPolicy {
  /** Whether a document of zero is booked. Accounting's default: it is not. */
  readonly postZeroDocuments: boolean;
  /** Legal entities whose books the target keeps; all of the source's when absent. */
  readonly legalEntities?: readonly string[];
}

export const zeroDocumentRule = "zero-document";

function minorOf(event: EventDraft): bigint {
  return BigInt(event.amount?.minor ?? "0");
}

/** Negative invoices are credit memos; documents of zero follow the policy. */
function document(policy: BooksPolicy, positive: string, negative: string) {
  return (event: EventDraft): RouteVerdict => {
    const minor = minorOf(event);
    if (minor === 0n && !policy.postZeroDocuments) return { skip: zeroDocumentRule };
    return { operation: minor < 0n ? negative : positive };
  };
}

export function billingToBooks(source: string, target: string, policy: BooksPolicy): Flow {
  const always = (operation: string) => (): RouteVerdict => ({ operation });
  return {
    name: `${source}-to-${target}`,
    version: 1,
    model: "event-driven",
    source,
    target,
    ...(policy.legalEntities === undefined ? {} : { legalEntities: policy.legalEntities }),
    routes: [
      {
        events: ["customer.created", "customer.updated"],
        decide: always("customer.upsert"),
        serviceClass: "normal",
        deadlineMinutes: 24 * 60,
        needs: [],
      },
      {
        events: ["product.upserted"],
        decide: always("item.upsert"),
        serviceClass: "normal",
        deadlineMinutes: 24 * 60,
        needs: [],
      },
      {
        events: ["invoice.finalized"],
        decide: document(policy, "invoice.post", "credit-memo.post"),
        serviceClass: "normal",
        deadlineMinutes: 24 * 60,
        needs: ["customer", "product"],
      },
      {
        events: ["invoice.voided"],
        decide: document(policy, "invoice.void", "invoice.void"),
        serviceClass: "normal",
        deadlineMinutes: 24 * 60,
        needs: ["self", "customer", "product"],
      },
      {
        events: ["credit-memo.issued"],
        decide: document(policy, "credit-memo.post", "credit-memo.post"),
        serviceClass: "normal",
        deadlineMinutes: 24 * 60,
        needs: ["customer", "product", "invoice"],
      },
      {
        events: ["payment.succeeded"],
        decide: document(policy, "payment.post", "payment.post"),
        serviceClass: "normal",
        deadlineMinutes: 24 * 60,
        needs: ["customer", "invoice"],
      },
      {
        events: ["payment.applied"],
        decide: always("payment.apply"),
        serviceClass: "normal",
        deadlineMinutes: 24 * 60,
        needs: ["payment", "invoice"],
      },
    ],
  };
}
