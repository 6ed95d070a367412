/** The control planes of the sandboxes, `/__sandbox/…`: what banks, clocks and bookkeepers do. */
import type { z } from "zod";
import { messageOf } from "../kernel/errors.ts";
import { demoErrors } from "./errors.ts";
import type { HttpCall } from "./http-calls.ts";
import { openCaller } from "./http-calls.ts";

export interface SandboxControl {
  ask<S extends z.ZodType>(
    method: HttpCall["method"],
    path: string,
    body: unknown,
    as: S,
  ): Promise<z.output<S>>;
  close(): Promise<void>;
}

/** Throws E_DEMO_CONTROL_REFUSED, E_DEMO_UNREACHABLE, E_DEMO_ANSWER_UNREADABLE. */
export function openControl(origin: string): SandboxControl {
  const caller = openCaller(origin);
  return {
    async ask(method, path, body, as) {
      const call = `${method} ${path}`;
      const answer = await caller.send({
        method,
        path: `/__sandbox/${path}`,
        headers: { "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (answer.status !== 200) {
        const reason = answer.body.slice(0, 300);
        throw demoErrors.E_DEMO_CONTROL_REFUSED({ call, status: answer.status, reason });
      }
      try {
        return as.parse(JSON.parse(answer.body));
      } catch (thrown) {
        throw demoErrors.E_DEMO_ANSWER_UNREADABLE({ call, reason: messageOf(thrown) });
      }
    },
    close: () => caller.close(),
  };
}
