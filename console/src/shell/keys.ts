/** Keys that work on every page, and the keys of lists. */
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

/** Where the second key after `g` leads. */
const PLACES = { o: "/", q: "/queue", e: "/events", h: "/handoffs", c: "/connections" } as const;

/** So long is `g` remembered. */
const CHORD_MS = 1200;

/** True while somebody types, or a dialog has the keyboard. */
export function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  const at = event.target instanceof HTMLElement ? event.target : undefined;
  if (at?.isContentEditable === true) return true;
  if (document.querySelector("dialog[open]") !== null) return true;
  return at !== undefined && ["INPUT", "TEXTAREA", "SELECT"].includes(at.tagName);
}

export function focusSearch(): void {
  const box = document.getElementById("search");
  if (box instanceof HTMLInputElement) {
    box.focus();
    box.select();
  }
}

export function usePlaceKeys(showHelp: () => void): void {
  const navigate = useNavigate();
  // Not zero: that is when the page was loaded, and a key soon after would count as the second.
  const chordAt = useRef(Number.NEGATIVE_INFINITY);
  const help = useRef(showHelp);
  help.current = showHelp;
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (isTyping(event)) return;
      const place = PLACES[event.key as keyof typeof PLACES];
      if (event.timeStamp - chordAt.current < CHORD_MS && place !== undefined) {
        chordAt.current = Number.NEGATIVE_INFINITY;
        event.preventDefault();
        void navigate({ to: place });
      } else if (event.key === "/") {
        event.preventDefault();
        focusSearch();
      } else if (event.key === "?") {
        help.current();
      } else if (event.key === "g") {
        chordAt.current = event.timeStamp;
      }
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [navigate]);
}

export type KeyActs = Readonly<Record<string, () => void>>;

/** One act per key while nobody types. The acts may be new at each rendering. */
export function useKeys(acts: KeyActs): void {
  const latest = useRef(acts);
  latest.current = acts;
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const act = isTyping(event) ? undefined : latest.current[event.key];
      if (act === undefined) return;
      // Enter on a button or a link is that button's own.
      const at = event.target;
      const own = at instanceof HTMLElement && at.closest("a, button, summary") !== null;
      if (event.key === "Enter" && own) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}
