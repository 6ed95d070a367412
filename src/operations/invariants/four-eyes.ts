import { canonicalJson } from "../../kernel/canonical-json.ts";
import { hex } from "../../kernel/hex.ts";
import type { Json } from "../../kernel/strict-json.ts";
import { checkFourEyes, listApprovedContents } from "../../store/check-four-eyes.ts";
import { isErasedIn } from "../../store/erase-texts.ts";
import type { Invariant, Violation } from "./invariant.ts";

export const fourEyes: Invariant = {
  name: "FourEyes",
  holdsWhen:
    "author and approver are two persons, and what was approved is what was done, by its hash",
  check: async ({ pool, hasher, sample }) => {
    const { looked, broken } = await checkFourEyes(pool);
    const approved = await listApprovedContents(pool, sample);
    // What a party was erased from is not what was approved any more, and nobody can hash that.
    const contents = approved.filter(({ content }) => !isErasedIn(content as Json));
    const changed = contents.flatMap(({ id, content, content_hash }): Violation[] => {
      const now = hex(hasher.sha256(canonicalJson(content)));
      if (now === hex(content_hash)) return [];
      const what = "approved content that is not what was approved";
      return [{ what, ids: [id], detail: `its hash is ${now}, approved was ${hex(content_hash)}` }];
    });
    return {
      looked: { ...looked, contents: contents.length },
      violations: [...broken, ...changed],
      notChecked: [],
    };
  },
};
