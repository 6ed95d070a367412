import { instant } from "../../kernel/clock.ts";
import type { DataKey } from "../../store/keyring.ts";
import { keyText } from "../../store/keyring.ts";
import type { LaneContext } from "./lane-context.ts";

/** The key of today's requests and answers, UTC; undefined where bodies are kept clear. */
export async function callKeyOf(
  lane: Pick<LaneContext, "clock" | "keyring">,
): Promise<DataKey | undefined> {
  const name = { use: "call" as const, owner: instant(lane.clock.now()).slice(0, 10) };
  return (await lane.keyring.named([name])).get(keyText(name));
}
