/** What a resumption of sending did, or would do. */
import type { ResumeResult } from "../operations/resume-sending.ts";

export function printResume(result: ResumeResult): string {
  const { done, epoch, restored, unsent, notSwept, fenced, notFenced } = result;
  const lines = [
    done ? `Sending is on, epoch ${epoch}.` : `Sending is off, epoch ${epoch}: ${result.reason}`,
  ];
  for (const { target, handoffs } of unsent) lines.push(`  ${handoffs} open for ${target}`);
  if (restored) {
    lines.push("  whatever happened until now is asked for in its target before it is sent");
    if (notSwept.length > 0) lines.push(`  not read since the restore: ${notSwept.join(", ")}`);
    const list = (names: readonly string[]) => (names.length === 0 ? "none" : names.join(", "));
    lines.push(`  another copy of this ledger finds out by itself at: ${list(fenced)}`);
    lines.push(`  and does not at: ${list(notFenced)}; it must stay off`);
  }
  if (!done) {
    const flag = restored ? "--confirm-original-is-dead --yes" : "--yes";
    lines.push(`Do it with: tieout sending resume ${flag}`);
  }
  return `${lines.join("\n")}\n`;
}
