import { Link } from "@tanstack/react-router";
import { Blank } from "../parts/page-states.tsx";

export function NotFoundPage() {
  const home = (
    <Link to="/" className="button main">
      To the overview
    </Link>
  );
  return (
    <main>
      <Blank title="There is no such page" act={home}>
        The address leads nowhere in this console.
      </Blank>
    </main>
  );
}
