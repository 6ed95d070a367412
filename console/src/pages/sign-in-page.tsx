import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { ApiProblem, get, signIn } from "../api/client.ts";
import { sessionQuery } from "../api/session.ts";
import { spanText } from "../look/words.ts";
import { Door } from "./door.tsx";

const route = getRouteApi("/sign-in");

/** Only a place of our own; `//elsewhere` and `/\elsewhere` are other people's. */
export function ownPlace(place: string | undefined): string {
  return place !== undefined && /^\/(?![/\\])/.test(place) ? place : "/";
}

export function SignInPage() {
  const back = ownPlace(route.useSearch().return);
  return (
    <Door
      title="Sign in"
      note={
        <>
          Accounts are made on the command line: <code>tieout user add</code>. The demo prints its
          own when it starts.
        </>
      }
    >
      {back === "/" ? null : <p className="mute">You come back to where you were.</p>}
      <SignInForm back={back} />
      <Providers back={back} />
    </Door>
  );
}

function SignInForm({ back }: { readonly back: string }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [problem, setProblem] = useState<ApiProblem>();
  const [busy, setBusy] = useState(false);
  const login = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  useEffect(() => login.current?.focus(), []);
  const submit = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      const session = await signIn(login.current?.value ?? "", password.current?.value ?? "");
      // What another person saw before on this screen is not this one's.
      client.clear();
      client.setQueryData(sessionQuery.queryKey, session);
      await navigate({ href: back, replace: true });
    } catch (thrown) {
      setBusy(false);
      if (!(thrown instanceof ApiProblem)) throw thrown;
      setProblem(thrown);
      password.current?.select();
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <label className="field">
        Login
        <input ref={login} name="login" autoComplete="username" autoCapitalize="none" required />
      </label>
      <label className="field">
        Password
        <input
          ref={password}
          name="password"
          type="password"
          autoComplete="current-password"
          required
        />
      </label>
      {problem === undefined ? null : (
        <p className="refusal" role="alert">
          {refusal(problem)}
        </p>
      )}
      <button type="submit" className="button main" disabled={busy}>
        {busy ? "Signing in …" : "Sign in"}
      </button>
    </form>
  );
}

function refusal(problem: ApiProblem): string {
  if (problem.status === 429) {
    const wait = problem.retryAfter === undefined ? "a while" : spanText(problem.retryAfter * 1000);
    return `Too many tries. Signing in is locked for ${wait}; an administrator sees the tries.`;
  }
  if (problem.status === 401) {
    return "Login and password do not fit. Several wrong tries lock the account for a while.";
  }
  if (problem.status === 0) return "The hub does not answer. Does it run? (npm start)";
  return `${problem.title}: ${problem.message} (${problem.code})`;
}

interface ProviderList {
  readonly providers: readonly { readonly name: string; readonly signInPath: string }[];
}

function Providers({ back }: { readonly back: string }) {
  const { data } = useQuery({
    queryKey: ["providers"],
    queryFn: () => get<ProviderList>("/session/providers"),
    retry: false,
  });
  const providers = data?.providers ?? [];
  if (providers.length === 0) return null;
  return (
    <div className="providers">
      {providers.map(({ name, signInPath }) => (
        <a key={name} className="button" href={`${signInPath}?return=${encodeURIComponent(back)}`}>
          Sign in with {name}
        </a>
      ))}
    </div>
  );
}
