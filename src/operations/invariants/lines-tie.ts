import { checkAgainst } from "../../contracts/check-contract.ts";
import { contractFor } from "../../contracts/registry.ts";
import { messageOf } from "../../kernel/errors.ts";
import { clearData } from "../../store/bodies.ts";
import type { StoredDocument } from "../../store/list-documents.ts";
import { eachDocument } from "../../store/list-documents.ts";
import { idOf } from "../values.ts";
import type { Invariant, Violation } from "./invariant.ts";

export const linesTie: Invariant = {
  name: "LinesTie",
  holdsWhen: "lines − allowances + charges = net; net + tax = gross; gross − paid + rounding = due",
  check: async ({ pool, sample }) => {
    const violations: Violation[] = [];
    let documents = 0;
    for await (const document of eachDocument(pool, sample)) {
      documents += 1;
      const detail = problemsOf(document);
      if (detail === undefined) continue;
      const ids = [idOf("event", document.id), document.subject];
      violations.push({ what: "document that does not tie", ids, detail });
    }
    return {
      looked: { documents },
      violations,
      notChecked: [],
      limits: ["the same sums in each target's dialect: a connector's suite shows them"],
    };
  },
};

function problemsOf(document: StoredDocument): string | undefined {
  const contract = contractFor(document.type, document.contract_version);
  if (contract === undefined) {
    return `${document.type} version ${document.contract_version} is not a contract we know`;
  }
  try {
    const checked = checkAgainst(contract, clearData(document.data));
    if (checked.ok) return undefined;
    return checked.error.map((one) => `${one.path || "data"}: ${one.message}`).join("; ");
  } catch (thrown) {
    return messageOf(thrown);
  }
}
