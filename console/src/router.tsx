/** Which address shows which page. What is chosen on a page stands in the address. */
import { createRootRoute, createRoute, createRouter } from "@tanstack/react-router";
import { EventsPage } from "./explore/events-page.tsx";
import { HandoffsPage } from "./explore/handoffs-page.tsx";
import { ConnectionsPage } from "./pages/connections-page.tsx";
import { NotFoundPage } from "./pages/not-found-page.tsx";
import { OverviewPage } from "./pages/overview-page.tsx";
import { ResetPage } from "./pages/reset-page.tsx";
import { SearchPage } from "./pages/search-page.tsx";
import { SignInPage } from "./pages/sign-in-page.tsx";
import { QueuePage } from "./queue/queue-page.tsx";
import { Shell } from "./shell/shell.tsx";
import { StoryPage } from "./story/story-page.tsx";

/** Addresses are plain texts: an id of digits only must not become a number. */
function texts<Name extends string>(...names: readonly Name[]) {
  return (search: Record<string, unknown>): { [Key in Name]?: string } => {
    const found: { [Key in Name]?: string } = {};
    for (const name of names) {
      const value = search[name];
      if (typeof value === "string" && value !== "") found[name] = value;
    }
    return found;
  };
}

const root = createRootRoute({ notFoundComponent: NotFoundPage });
const shell = createRoute({ getParentRoute: () => root, id: "shell", component: Shell });

const routeTree = root.addChildren([
  createRoute({
    getParentRoute: () => root,
    path: "/sign-in",
    component: SignInPage,
    validateSearch: texts("return"),
  }),
  createRoute({ getParentRoute: () => root, path: "/reset", component: ResetPage }),
  shell.addChildren([
    createRoute({ getParentRoute: () => shell, path: "/", component: OverviewPage }),
    createRoute({
      getParentRoute: () => shell,
      path: "/search",
      component: SearchPage,
      validateSearch: texts("q"),
    }),
    createRoute({
      getParentRoute: () => shell,
      path: "/story",
      component: StoryPage,
      validateSearch: texts("id"),
    }),
    createRoute({
      getParentRoute: () => shell,
      path: "/queue",
      component: QueuePage,
      validateSearch: texts("cause", "case", "view"),
    }),
    createRoute({
      getParentRoute: () => shell,
      path: "/events",
      component: EventsPage,
      validateSearch: texts("type", "connection", "subject", "open"),
    }),
    createRoute({
      getParentRoute: () => shell,
      path: "/handoffs",
      component: HandoffsPage,
      validateSearch: texts("state", "target", "reason", "object", "open"),
    }),
    createRoute({ getParentRoute: () => shell, path: "/connections", component: ConnectionsPage }),
  ]),
]);

export const router = createRouter({
  routeTree,
  defaultPreload: false,
  scrollRestoration: true,
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (search) => {
    const kept = Object.entries(search).filter((one): one is [string, string] => Boolean(one[1]));
    return kept.length === 0 ? "" : `?${new URLSearchParams(kept)}`;
  },
});
