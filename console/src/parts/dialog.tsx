/** A window over the page; the browser keeps the focus inside and gives it back. */
import { useEffect, useId, useRef } from "react";

interface DialogProps {
  readonly title: string;
  readonly open: boolean;
  readonly close: () => void;
  readonly width?: "middle" | "wide";
  readonly children: React.ReactNode;
}

export function Dialog({ title, open, close, width, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (dialog === null) return;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);
  return (
    <dialog ref={ref} className={width ?? ""} aria-labelledby={heading} onClose={close}>
      {open ? (
        <>
          <div className="head">
            <h2 id={heading}>{title}</h2>
            <button type="button" className="icon" aria-label="Close" onClick={close}>
              ✕
            </button>
          </div>
          <div className="body">{children}</div>
        </>
      ) : null}
    </dialog>
  );
}
