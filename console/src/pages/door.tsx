/** The frame of the pages that stand before signing in. */
import type { ReactNode } from "react";

interface DoorProps {
  readonly title: string;
  readonly children: ReactNode;
  /** Below the card. */
  readonly note?: ReactNode;
}

export function Door({ title, children, note }: DoorProps) {
  return (
    <main className="sign-in">
      <section className="card">
        <div className="body">
          <div className="brand">
            <img src="/mark.svg" alt="" width="30" height="30" />
            tieout
          </div>
          <h1>{title}</h1>
          {children}
        </div>
      </section>
      {note === undefined ? null : <p className="mute note">{note}</p>}
    </main>
  );
}
