/** Two fields that must say the same, and the rule that a password is held to. */
import { useState } from "react";
import type { ApiProblem } from "../api/client.ts";

/** As the hub has it; it refuses what is shorter in any case. */
const SHORTEST = 12;

interface NewPasswordProps {
  readonly busy: boolean;
  readonly problem: ApiProblem | undefined;
  readonly word: string;
  readonly submit: (password: string) => void;
  readonly children?: React.ReactNode;
}

export function NewPassword({ busy, problem, word, submit, children }: NewPasswordProps) {
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const differs = again !== "" && again !== password;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (password === again) submit(password);
      }}
    >
      {children}
      <label className="field">
        New password <span className="hint">{SHORTEST} characters or more</span>
        <input
          type="password"
          autoComplete="new-password"
          required
          minLength={SHORTEST}
          maxLength={200}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </label>
      <label className="field">
        The same again
        <input
          type="password"
          autoComplete="new-password"
          required
          aria-invalid={differs}
          value={again}
          onChange={(event) => setAgain(event.target.value)}
        />
      </label>
      {differs ? <p className="refusal">The two are not the same yet.</p> : null}
      {problem === undefined ? null : (
        <p className="refusal" role="alert">
          {problem.message}
        </p>
      )}
      <button type="submit" className="button main" disabled={busy || password !== again}>
        {busy ? "Setting it …" : word}
      </button>
    </form>
  );
}
