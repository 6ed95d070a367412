import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { searchQuery } from "../api/queries.ts";
import { countText } from "../look/words.ts";
import { Blank, ProblemView, Skeleton } from "../parts/page-states.tsx";
import { StateMark } from "../parts/state-mark.tsx";
import { Id, Money, StoryLink } from "../parts/values.tsx";
import type { Find } from "../shell/search-box.tsx";

const route = getRouteApi("/shell/search");

/** All that was found. What was named exactly is not listed but shown. */
export function SearchPage() {
  const { q = "" } = route.useSearch();
  const navigate = useNavigate();
  const { data, error, refetch, isPlaceholderData } = useQuery(searchQuery(q));
  const only = data?.finds.length === 1 && !isPlaceholderData ? data.finds[0]?.object : undefined;
  useEffect(() => {
    if (only !== undefined) void navigate({ to: "/story", search: { id: only }, replace: true });
  }, [only, navigate]);
  if (error !== null) return <ProblemView error={error} again={() => void refetch()} />;
  if (data === undefined || isPlaceholderData || only !== undefined) return <Skeleton />;
  if (data.finds.length === 0) {
    return (
      <div className="card">
        <Blank title={`Nothing is known by “${q}”`}>
          Give a whole id or number as any system shows it, or the beginning of a word of the
          customer’s name. Facts of the last seconds may still be on their way.
        </Blank>
      </div>
    );
  }
  return (
    <>
      <div className="page-head">
        <h1>Found for “{q}”</h1>
        <span className="mute">
          {data.more ? "the first " : ""}
          {countText(data.finds.length, "object")}
        </span>
      </div>
      <Finds finds={data.finds} />
    </>
  );
}

function Finds({ finds }: { readonly finds: readonly Find[] }) {
  return (
    <div className="card scroll-x">
      <table>
        <thead>
          <tr>
            <th>Object</th>
            <th>Customer</th>
            <th>Found by</th>
            <th className="num">Amount</th>
            <th>Open</th>
          </tr>
        </thead>
        <tbody>
          {finds.map((find) => (
            <tr key={find.object}>
              <td>
                <StoryLink id={find.object} name={find.name} />
                <div>
                  <Id id={find.object} keep={44} />
                </div>
              </td>
              <td>{find.customer ?? <span className="mute">–</span>}</td>
              <td>{find.how}</td>
              <td className="num">
                <Money value={find.amount} />
              </td>
              <td>
                {find.exceptions > 0 ? (
                  <StateMark state="excepted" />
                ) : (
                  <span className="mute">nothing</span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
