/** Where the pages begin. */
import "@fontsource-variable/inter/wght.css";
import "./look/tokens.css";
import "./look/controls.css";
import "./look/surfaces.css";
import "./look/shell.css";
import "./look/story.css";
import "./look/lists.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { watchPresence } from "./api/presence.ts";
import { queryClient } from "./api/query-client.ts";
import { applyTheme, chosenTheme } from "./look/theme.ts";
import { router } from "./router.tsx";

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

applyTheme(chosenTheme());
watchPresence(window);

const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
