/** Every question that a page asks, with the key under which the live channel refreshes it. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { get } from "./client.ts";
import type { Answer } from "./types.ts";

const PAGE = 200;

/** Lists of the live channel; the first word of a key says which of them refreshes it. */
export type LiveList = "handoffs" | "events" | "exceptions" | "connections";

/** An id may hold slashes and worse. */
const part = encodeURIComponent;

export const storyQuery = (id: string) =>
  queryOptions({
    queryKey: ["handoffs", "story", id],
    queryFn: ({ signal }) => get<Answer<"findStory">>(`/stories/${part(id)}`, {}, signal),
  });

export const searchQuery = (q: string) =>
  queryOptions({
    queryKey: ["search", q],
    queryFn: ({ signal }) => get<Answer<"search">>("/search", { q }, signal),
    enabled: q.trim() !== "",
    // The finds of the shorter text stay while the longer one is looked for: no flicker.
    placeholderData: keepPreviousData,
  });

/** Whose part of the queue; what is put off is out of sight in all but its own. */
export type QueueView = "all" | "mine" | "unassigned" | "put-off";

function queueOf(view: QueueView): { whose: string; snoozed: string } {
  return view === "put-off"
    ? { whose: "all", snoozed: "only" }
    : { whose: view, snoozed: "without" };
}

/** Everything that is open, put off or not: for counts. */
export const causesQuery = queryOptions({
  queryKey: ["exceptions", "causes"],
  queryFn: ({ signal }) => get<Answer<"listExceptions">>("/exceptions", { limit: 500 }, signal),
});

export const causesOfQuery = (view: QueueView) =>
  queryOptions({
    queryKey: ["exceptions", "causes", view],
    queryFn: ({ signal }) =>
      get<Answer<"listExceptions">>("/exceptions", { ...queueOf(view), limit: 500 }, signal),
    placeholderData: keepPreviousData,
  });

export const casesQuery = (cause: string, view: QueueView) =>
  infiniteQueryOptions({
    queryKey: ["exceptions", "cases", cause, view],
    queryFn: ({ signal, pageParam }) =>
      get<Answer<"listCases">>(
        "/cases",
        { ...queueOf(view), cause, limit: PAGE, after: pageParam },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  });

export const assigneesQuery = queryOptions({
  queryKey: ["assignees"],
  queryFn: ({ signal }) => get<Answer<"listAssignees">>("/assignees", {}, signal),
});

export const referencesQuery = (id: string) =>
  queryOptions({
    queryKey: ["exceptions", "references", id],
    queryFn: ({ signal }) =>
      get<Answer<"showReferences">>(`/exceptions/${part(id)}/references`, {}, signal),
  });

export const caseQuery = (id: string) =>
  queryOptions({
    queryKey: ["exceptions", "case", id],
    queryFn: ({ signal }) => get<Answer<"showException">>(`/exceptions/${part(id)}`, {}, signal),
  });

export const proposalsQuery = queryOptions({
  queryKey: ["exceptions", "proposals"],
  queryFn: ({ signal }) => get<Answer<"listProposals">>("/proposals", { limit: 200 }, signal),
});

export const overviewQuery = queryOptions({
  queryKey: ["handoffs", "overview"],
  queryFn: ({ signal }) => get<Answer<"showOverview">>("/overview", {}, signal),
});

export const connectionsQuery = queryOptions({
  queryKey: ["connections"],
  queryFn: ({ signal }) => get<Answer<"listConnections">>("/connections", {}, signal),
  refetchInterval: 15_000,
});

export const doctorQuery = queryOptions({
  queryKey: ["connections", "doctor"],
  queryFn: ({ signal }) => get<Answer<"doctor">>("/doctor", {}, signal),
});

export interface EventFilter {
  readonly type?: string | undefined;
  readonly connection?: string | undefined;
  readonly subject?: string | undefined;
}

export const eventsQuery = (filter: EventFilter) =>
  infiniteQueryOptions({
    queryKey: ["events", "list", filter],
    queryFn: ({ signal, pageParam }) =>
      get<Answer<"listEvents">>("/events", { ...filter, limit: PAGE, after: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  });

export const eventQuery = (id: string) =>
  queryOptions({
    queryKey: ["events", "one", id],
    queryFn: ({ signal }) => get<Answer<"showEvent">>(`/events/${part(id)}`, {}, signal),
  });

export interface HandoffFilter {
  readonly state?: string | undefined;
  readonly target?: string | undefined;
  readonly reason?: string | undefined;
  readonly object?: string | undefined;
}

export const handoffsQuery = (filter: HandoffFilter) =>
  infiniteQueryOptions({
    queryKey: ["handoffs", "list", filter],
    queryFn: ({ signal, pageParam }) =>
      get<Answer<"listHandoffs">>(
        "/handoffs",
        { ...filter, newest: true, limit: PAGE, after: pageParam },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
  });

export const handoffQuery = (id: string) =>
  queryOptions({
    queryKey: ["handoffs", "one", id],
    queryFn: ({ signal }) => get<Answer<"showHandoff">>(`/handoffs/${part(id)}`, {}, signal),
  });
