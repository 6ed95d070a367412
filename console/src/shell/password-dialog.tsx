/** One's own password: the present one, then the new one twice. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ApiProblem } from "../api/client.ts";
import { changePassword } from "../api/client.ts";
import { sessionQuery, useSession } from "../api/session.ts";
import type { Session } from "../api/types.ts";
import { NewPassword } from "../pages/new-password.tsx";
import { Dialog } from "../parts/dialog.tsx";

interface PasswordDialogProps {
  readonly open: boolean;
  readonly close: () => void;
}

export function PasswordDialog({ open, close }: PasswordDialogProps) {
  return (
    <Dialog title="Change password" open={open} close={close}>
      <PasswordForm close={close} />
    </Dialog>
  );
}

function PasswordForm({ close }: Pick<PasswordDialogProps, "close">) {
  const csrf = useSession()?.csrf;
  const client = useQueryClient();
  const [current, setCurrent] = useState("");
  const change = useMutation<Session, ApiProblem, string>({
    mutationFn: (password) => changePassword(current, password, csrf),
    // Another session, with another token for changes.
    onSuccess: (session) => client.setQueryData(sessionQuery.queryKey, session),
  });
  if (change.isSuccess) {
    return (
      <>
        <p role="status">
          <b>It is changed.</b> Whoever was signed in elsewhere by this account no longer is; here
          you go on.
        </p>
        <div className="buttons">
          <button type="button" className="button main" onClick={close}>
            Close
          </button>
        </div>
      </>
    );
  }
  return (
    <NewPassword
      busy={change.isPending}
      problem={change.error ?? undefined}
      word="Change it"
      submit={(password) => change.mutate(password)}
    >
      <label className="field">
        Present password
        <input
          type="password"
          autoComplete="current-password"
          required
          value={current}
          onChange={(event) => setCurrent(event.target.value)}
        />
      </label>
    </NewPassword>
  );
}
