/** Where an administrator's one-time link leads: a new password for who has lost the old one. */
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { ApiProblem, takeReset } from "../api/client.ts";
import { Door } from "./door.tsx";
import { NewPassword } from "./new-password.tsx";

/** Read once and taken out of the address, which histories and screens keep. */
function takeSecret(): string {
  const secret = window.location.hash.slice(1);
  if (secret !== "") window.history.replaceState(window.history.state, "", "/reset");
  return secret;
}

export function ResetPage() {
  const [secret] = useState(takeSecret);
  const [login, setLogin] = useState<string>();
  const [problem, setProblem] = useState<ApiProblem>();
  const [busy, setBusy] = useState(false);
  const submit = async (password: string): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      setLogin((await takeReset(secret, password)).login);
    } catch (thrown) {
      if (!(thrown instanceof ApiProblem)) throw thrown;
      setProblem(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Door title="New password">
      {login !== undefined ? (
        <>
          <p role="status">
            The password of <b>{login}</b> is set. Whoever was signed in by this account no longer
            is.
          </p>
          <Link to="/sign-in" search={{}} className="button main">
            Sign in
          </Link>
        </>
      ) : secret === "" ? (
        <p>
          This address needs the link that an administrator makes:{" "}
          <code>tieout user reset-password</code>. It holds for a day and for one use.
        </p>
      ) : (
        <NewPassword
          busy={busy}
          problem={problem}
          word="Set the password"
          submit={(password) => void submit(password)}
        />
      )}
    </Door>
  );
}
