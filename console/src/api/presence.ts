/**
 * Whether a person is there. Pages ask again by themselves when something changed; a hub that took
 * that for a person would never end the session of somebody who went home.
 */

/** The hub notes a session's use once a minute at most: nothing finer is worth knowing. */
const THERE_MS = 60_000;

/** Whoever opens a page is there. */
let lastAct = performance.now();

export function watchPresence(target: EventTarget): void {
  const act = (): void => {
    lastAct = performance.now();
  };
  for (const kind of ["pointerdown", "pointermove", "keydown", "wheel"]) {
    target.addEventListener(kind, act, { capture: true, passive: true });
  }
}

export function isSomebodyThere(): boolean {
  return performance.now() - lastAct < THERE_MS;
}
