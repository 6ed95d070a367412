/**
 * The live channel: the hub says which list changed, the pages ask again for what they show. What
 * is selected and how far one has scrolled stay, for rows are replaced and not the page.
 */
import type { Query, QueryClient } from "@tanstack/react-query";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { LiveList } from "./queries.ts";
import { useSession } from "./session.ts";

export type LiveState = "connecting" | "live" | "lost";

const PERMISSION: Readonly<Record<LiveList, string>> = {
  handoffs: "handoff.read",
  events: "story.read",
  exceptions: "exception.read",
  connections: "connection.read",
};

/** A burst of changes is one refresh; the first of it is shown at once. */
const GATHER_MS = 400;

export function useLive(): LiveState {
  const client = useQueryClient();
  const session = useSession();
  const [state, setState] = useState<LiveState>("connecting");
  const held = session?.permissions;
  const lists = (Object.keys(PERMISSION) as LiveList[])
    .filter((list) => held?.[PERMISSION[list]] !== undefined)
    .join(",");
  useEffect(() => {
    if (lists === "") return undefined;
    const source = new EventSource(`/api/v1/live?of=${lists}`);
    const due = new Set<string>();
    let timer: number | undefined;
    const refresh = (): void => {
      timer = undefined;
      for (const list of due) refreshList(client, list);
      due.clear();
    };
    source.addEventListener("open", () => {
      setState("live");
      // Whatever happened while nobody listened.
      for (const list of lists.split(",")) refreshList(client, list);
    });
    source.addEventListener("error", () => setState("lost"));
    source.addEventListener("changed", (message) => {
      due.add((JSON.parse(message.data as string) as { of: string }).of);
      timer ??= window.setTimeout(refresh, GATHER_MS);
    });
    return () => {
      source.close();
      window.clearTimeout(timer);
    };
  }, [client, lists]);
  return state;
}

/** Of a list that was walked far not every page is asked for again: it is marked old. */
function refreshList(client: QueryClient, list: string): void {
  const walked = ({ state }: Query): boolean =>
    ((state.data as { pages?: unknown[] } | undefined)?.pages?.length ?? 0) > 1;
  const queryKey = [list];
  void client.invalidateQueries({ queryKey, predicate: (query) => !walked(query) });
  void client.invalidateQueries({ queryKey, predicate: walked, refetchType: "none" });
}
