import { useMutation, useQueryClient } from "@tanstack/react-query";
import { post } from "../api/client.ts";
import { useSession } from "../api/session.ts";

/** Changes something of the queue; what is shown of exceptions and handoffs is asked for again. */
export function useAct<Result, Body>(path: string) {
  const csrf = useSession()?.csrf;
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Body) => post<Result>(path, body, csrf),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ["exceptions"] });
      void client.invalidateQueries({ queryKey: ["handoffs"] });
    },
  });
}
