/** The frame of every page behind the sign-in: search, places, live state, the person. */
import { useQuery } from "@tanstack/react-query";
import { Link, Navigate, Outlet, useRouter, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useLive } from "../api/live.ts";
import { causesQuery } from "../api/queries.ts";
import { isSignedOut, sessionQuery, useMay } from "../api/session.ts";
import { ProblemView, Skeleton } from "../parts/page-states.tsx";
import { HelpDialog } from "./help-dialog.tsx";
import { usePlaceKeys } from "./keys.ts";
import { PersonMenu } from "./person-menu.tsx";
import { SearchBox } from "./search-box.tsx";
import { ThemeSwitch } from "./theme-switch.tsx";

const places = [
  { to: "/", name: "Overview", permission: "handoff.read" },
  { to: "/queue", name: "Queue", permission: "exception.read" },
  { to: "/events", name: "Events", permission: "story.read" },
  { to: "/handoffs", name: "Handoffs", permission: "handoff.read" },
  { to: "/connections", name: "Connections", permission: "connection.read" },
] as const;

export function Shell() {
  const session = useQuery(sessionQuery);
  if (session.isPending) {
    return (
      <main>
        <Skeleton />
      </main>
    );
  }
  if (isSignedOut(session.error)) {
    return <ToSignIn />;
  }
  if (session.data === undefined) {
    return (
      <main>
        <ProblemView error={session.error} again={() => void session.refetch()} />
      </main>
    );
  }
  return <Frame />;
}

/** The address is read once: while one goes to the sign-in it already names that page. */
function ToSignIn() {
  const router = useRouter();
  const [back] = useState(() => router.latestLocation.href);
  const search = back === "/" || back.startsWith("/sign-in") ? {} : { return: back };
  return <Navigate to="/sign-in" search={search} replace />;
}

function Frame() {
  const live = useLive();
  const [help, setHelp] = useState(false);
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });
  usePlaceKeys(() => setHelp(true));
  const first = useRef(true);
  useEffect(() => {
    // A new page is announced by its heading; the place in the old one means nothing there.
    if (!first.current && path !== "") main.current?.focus({ preventScroll: true });
    first.current = false;
  }, [path]);
  return (
    <>
      <a className="button skip" href="#page">
        Skip to the page
      </a>
      <header className="top">
        <Link to="/" className="brand">
          <img src="/mark.svg" alt="" width="22" height="22" />
          tieout
        </Link>
        <SearchBox />
        <nav aria-label="Places">
          {places.map((place) => (
            <Place key={place.to} {...place} />
          ))}
        </nav>
        <div className="right">
          <span className={live === "lost" ? "live lost" : "live"} role="status">
            <i />
            <span>{live === "lost" ? "reconnecting …" : live}</span>
          </span>
          <ThemeSwitch />
          <button
            type="button"
            className="icon"
            aria-label="Keyboard help"
            title="Keyboard help (?)"
            onClick={() => setHelp(true)}
          >
            ?
          </button>
          <PersonMenu />
        </div>
      </header>
      <main id="page" ref={main} tabIndex={-1}>
        {live === "lost" ? <LostNotice /> : null}
        <Outlet />
      </main>
      <HelpDialog open={help} close={() => setHelp(false)} />
    </>
  );
}

function LostNotice() {
  return (
    <div className="notice warn no-print" role="status">
      <p>
        <b>The live connection is lost.</b> What you see may be old; it is refreshed by itself as
        soon as the hub answers again.
      </p>
    </div>
  );
}

function Place(place: (typeof places)[number]) {
  const may = useMay(place.permission);
  if (!may) return null;
  return (
    <Link to={place.to} activeOptions={{ exact: true, includeSearch: false }}>
      {place.name}
      {place.to === "/queue" ? <QueueCount /> : null}
    </Link>
  );
}

function QueueCount() {
  const { data } = useQuery(causesQuery);
  const open = (data?.causes ?? []).reduce((sum, cause) => sum + cause.cases, 0);
  if (open === 0) return null;
  return (
    <span className="count" title={`${open} open exceptions`}>
      {open}
      <span className="only-read"> open exceptions</span>
    </span>
  );
}
