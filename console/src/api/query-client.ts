/** What was asked is kept; it is asked again when the live channel says that it changed. */
import { QueryClient } from "@tanstack/react-query";
import { ApiProblem } from "./client.ts";

/** A second answer would be the same: the input is wrong, or the person may not. */
function isFinal(error: Error): boolean {
  return error instanceof ApiProblem && error.status >= 400 && error.status < 500;
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // The live channel says what changed; coming back to the window is no change.
      refetchOnWindowFocus: false,
      retry: (failures, error) => !isFinal(error) && failures < 2,
    },
    mutations: { retry: false },
  },
});
