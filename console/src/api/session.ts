/** Who is signed in. A session that ended shows itself by a 401 on any request. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { ApiProblem, get } from "./client.ts";
import type { Session } from "./types.ts";

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: () => get<Session>("/session"),
  staleTime: 60_000,
});

export function useSession(): Session | undefined {
  return useQuery(sessionQuery).data;
}

export function useMay(permission: string): boolean {
  return useSession()?.permissions[permission] !== undefined;
}

export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 401;
}
