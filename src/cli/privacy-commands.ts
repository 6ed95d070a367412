/** Commands about personal data and the keys it is ciphered under. */
import { operations } from "../operations/all-operations.ts";
import type { ErasedParty } from "../operations/privacy/erase-party.ts";
import type { CommandEntry } from "./command-entry.ts";
import { entry } from "./command-entry.ts";
import { printTable } from "./print-table.ts";

export const privacyCommands: readonly CommandEntry[] = [
  entry(operations.exportParty, {
    path: ["privacy", "export"],
    positional: "party",
    examples: ["tieout privacy export stripe-us/customer/cus_1 --out cus_1.json"],
    print: ({ file, bytes, events, messages, requests, erased }) =>
      `${events} events, ${messages} messages, ${requests} requests, ${bytes} bytes: ${file}\n${
        erased ? "The party was erased: its personal fields are blank.\n" : ""
      }`,
  }),
  entry(operations.eraseParty, {
    path: ["privacy", "erase"],
    positional: "party",
    examples: [
      "tieout privacy erase stripe-us/customer/cus_1     # shows what would go",
      "tieout privacy erase stripe-us/customer/cus_1 --confirm",
    ],
    print: printErasure,
  }),
  entry(operations.rotateKeys, {
    path: ["keys", "rotate"],
    examples: ["tieout keys rotate          # shows the counts", "tieout keys rotate --yes"],
    print: ({ done, master, rewrapped, keys }) =>
      (done ? `${rewrapped} keys wrapped anew under master key ${master ?? ""}.\n` : "") +
      printTable(keys, [
        { title: "master key", value: (one) => one.master },
        { title: "keys", right: true, value: (one) => String(one.keys) },
      ]),
  }),
];

function printErasure(result: ErasedParty): string {
  const { done, party, erasedBefore, events, messages, requests, answers, remains } = result;
  const counts = `${events} events, ${messages} messages, ${requests} requests, ${answers} answers`;
  const head = done
    ? `Erased ${party}: ${counts}.`
    : `Would erase ${party}: ${counts}. Nothing is changed; --confirm does it.`;
  const where = remains.map(({ system, documents }) =>
    documents === undefined ? `  ${system}, its source` : `  ${system}: ${documents} documents`,
  );
  return [
    head,
    ...(erasedBefore ? ["It was erased before; this takes what came since."] : []),
    ...(done && !erasedBefore
      ? [
          "Hubs remember its key for two minutes more: run this again then, for what came meanwhile.",
        ]
      : []),
    ...(result.forgetting.length > 0 ? [`Forgets with us: ${result.forgetting.join(", ")}`] : []),
    "Still there, for those systems' owners to erase, as in backups and exports made before:",
    ...where,
    "",
  ].join("\n");
}
