import type { Supervisor } from "./types.ts";

/**
 * Ctrl-C and SIGTERM: the first stops the children in order, the second SIGKILLs what is left.
 * Resolves when everything is stopped, with the signal that asked for it.
 */
export function stopOnSignals(
  supervisor: Pick<Supervisor, "stop" | "killAll">,
  say: (message: string) => void,
): Promise<NodeJS.Signals> {
  return new Promise((resolve, reject) => {
    let first: NodeJS.Signals | undefined;
    const onSignal = (signal: NodeJS.Signals) => {
      if (first !== undefined) {
        say(`${signal} again: ending at once`);
        supervisor.killAll();
        return;
      }
      first = signal;
      say(`${signal}: stopping; once more to end at once`);
      const leave = () => {
        for (const one of SIGNALS) process.off(one, onSignal);
      };
      supervisor.stop().then(
        () => {
          leave();
          resolve(signal);
        },
        (thrown) => {
          leave();
          reject(thrown);
        },
      );
    };
    for (const one of SIGNALS) process.on(one, onSignal);
  });
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
