import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { signOut } from "../api/client.ts";
import { useSession } from "../api/session.ts";
import { PasswordDialog } from "./password-dialog.tsx";

export function PersonMenu() {
  const session = useSession();
  const [open, setOpen] = useState(false);
  const [changing, setChanging] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return undefined;
    const away = (event: Event): void => {
      const inside = event.target instanceof Node && box.current?.contains(event.target) === true;
      const escaped = event instanceof KeyboardEvent && event.key === "Escape";
      if (escaped || (event.type === "pointerdown" && !inside)) setOpen(false);
    };
    window.addEventListener("pointerdown", away);
    window.addEventListener("keydown", away);
    return () => {
      window.removeEventListener("pointerdown", away);
      window.removeEventListener("keydown", away);
    };
  }, [open]);
  if (session === undefined) return null;
  const { name } = session.person;
  const initials = name.split(/\s+/).map((word) => [...word][0] ?? "");
  const badge = initials.slice(0, 2).join("").toUpperCase();
  return (
    <div className="menu" ref={box}>
      <button
        type="button"
        className="icon"
        aria-expanded={open}
        aria-label={`${badge}: signed in as ${name}`}
        title={name}
        onClick={() => setOpen(!open)}
      >
        {badge}
      </button>
      {open ? (
        <Sheet
          name={name}
          changePassword={() => {
            setOpen(false);
            setChanging(true);
          }}
        />
      ) : null}
      <PasswordDialog open={changing} close={() => setChanging(false)} />
    </div>
  );
}

interface SheetProps {
  readonly name: string;
  readonly changePassword: () => void;
}

function Sheet({ name, changePassword }: SheetProps) {
  const session = useSession();
  const client = useQueryClient();
  const navigate = useNavigate();
  const leave = async (): Promise<void> => {
    await signOut(session?.csrf).catch(() => undefined);
    client.clear();
    await navigate({ to: "/sign-in", search: {} });
  };
  const roles = (session?.roles ?? []).map(({ role, legalEntity }) =>
    legalEntity === undefined ? role : `${role} (${legalEntity})`,
  );
  return (
    <div className="sheet">
      <div className="who">
        <div>{name}</div>
        <div className="mute">{roles.join(", ")}</div>
      </div>
      {session?.account?.kind === "local" ? (
        <button type="button" className="button plain" onClick={changePassword}>
          Change password …
        </button>
      ) : null}
      <button type="button" className="button plain" onClick={() => void leave()}>
        Sign out
      </button>
    </div>
  );
}
