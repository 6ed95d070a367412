/**
 * `/api/v1/live?of=exceptions,handoffs`: server-sent events that say which list changed, and
 * nothing of what is in it; the page asks again for what it shows. One reading a second for all who
 * look at this hub, and none when nobody does.
 */
import type { FastifyInstance } from "fastify";
import type { Permission } from "../../access/roles.ts";
import { demand } from "../../access/roles.ts";
import { API_BASE } from "../../operations/routes.ts";
import type { LiveList } from "../../store/newest-changes.ts";
import { liveLists, newestChanges } from "../../store/newest-changes.ts";
import { httpErrors } from "../errors.ts";
import type { ApiParts } from "./api-parts.ts";
import { demandKnown, whoAsks } from "./api-parts.ts";

export const READ_EVERY_MS = 1000;
/** Proxies cut what is silent; and a session that ended must not go on looking. */
const PROVE_EVERY_MS = 20_000;

const permissionOf: Readonly<Record<LiveList, Permission>> = {
  handoffs: "handoff.read",
  events: "story.read",
  exceptions: "exception.read",
  connections: "connection.read",
};

interface Watcher {
  readonly lists: readonly LiveList[];
  changed(list: LiveList): void;
}

export function addLiveRoute(app: FastifyInstance, parts: ApiParts): void {
  const watch = makeWatch(parts);
  const open = new Set<() => void>();
  app.addHook("preClose", async () => {
    for (const end of open) end();
  });
  app.get(`${API_BASE}/live`, async (request, reply) => {
    // Never by a person: a browser opens a broken stream again by itself.
    const { asker } = await demandKnown(parts, request, false);
    const lists = listsOf((request.query as { of?: unknown }).of);
    for (const list of lists) demand(asker.actor, permissionOf[list]);
    void reply.hijack();
    const { raw } = reply;
    const headers = reply.getHeaders() as Record<string, string>;
    raw.writeHead(200, { ...headers, "content-type": "text/event-stream; charset=utf-8" });
    raw.write("retry: 2000\nevent: open\ndata: {}\n\n");
    const stop = watch.add({
      lists,
      changed: (list) => raw.write(`event: changed\ndata: ${JSON.stringify({ of: list })}\n\n`),
    });
    const prove = setInterval(() => {
      whoAsks(parts, request, false).then(
        (known) => (known === undefined ? end() : raw.write(": alive\n\n")),
        () => undefined,
      );
    }, parts.liveProofMs ?? PROVE_EVERY_MS);
    const end = (): void => {
      clearInterval(prove);
      stop();
      open.delete(end);
      raw.end();
    };
    open.add(end);
    request.raw.on("close", end);
  });
}

function listsOf(given: unknown): LiveList[] {
  const names = typeof given === "string" ? given.split(",") : [];
  const known = liveLists.filter((list) => names.includes(list));
  if (known.length === 0 || known.length !== new Set(names).size) {
    throw httpErrors.E_HTTP_BODY({ problems: `of: name some of ${liveLists.join(", ")}` });
  }
  return known;
}

function makeWatch(parts: ApiParts): { add(watcher: Watcher): () => void } {
  const watchers = new Set<Watcher>();
  let timer: NodeJS.Timeout | undefined;
  let before: Readonly<Record<LiveList, string>> | undefined;
  const read = async (): Promise<void> => {
    const now = await newestChanges(parts.context.pool);
    for (const list of before === undefined ? [] : liveLists) {
      if (before?.[list] === now[list]) continue;
      for (const one of watchers) if (one.lists.includes(list)) one.changed(list);
    }
    before = now;
  };
  const later = (): void => {
    timer = setTimeout(() => {
      void read()
        .catch((cause: unknown) => parts.onError(cause, "live"))
        .finally(() => (watchers.size > 0 ? later() : undefined));
    }, READ_EVERY_MS);
  };
  return {
    add(watcher) {
      watchers.add(watcher);
      if (watchers.size === 1) {
        before = undefined;
        clearTimeout(timer);
        void read().catch(() => undefined);
        later();
      }
      return () => {
        watchers.delete(watcher);
        if (watchers.size === 0) clearTimeout(timer);
      };
    },
  };
}
