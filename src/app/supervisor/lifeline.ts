import { z } from "zod";
import type { Addresses } from "./types.ts";

/** What a node child tells its supervisor once it is ready. */
export const readyMessageSchema = z.object({
  tieout: z.literal("ready"),
  addresses: z.record(z.string(), z.string()),
});

export interface Lifeline {
  /** True when a supervisor started this process. */
  readonly supervised: boolean;
  /** Reports that this process is in service, and where. */
  ready(addresses: Addresses): void;
}

/**
 * Ties this process to the supervisor that started it. The channel between them closes when the
 * supervisor ends in any way, SIGKILL included; then `onLost` may end things in order, and after
 * `patienceMs` the process exits with code 70 whatever `onLost` does. Without a supervisor nothing
 * happens.
 */
export function holdLifeline(onLost?: () => void | Promise<void>, patienceMs = 5_000): Lifeline {
  const ready = (addresses: Addresses) => {
    if (process.connected) process.send?.({ tieout: "ready", addresses });
  };
  if (process.send === undefined) return { supervised: false, ready };
  const leave = () => process.exit(70);
  process.once("disconnect", () => {
    setTimeout(leave, patienceMs);
    Promise.resolve()
      .then(() => onLost?.())
      .then(leave, leave);
  });
  // Closed between our start and this line.
  if (!process.connected) process.emit("disconnect");
  // Listening alone must not keep a process alive that has nothing left to do.
  process.channel?.unref();
  return { supervised: true, ready };
}
