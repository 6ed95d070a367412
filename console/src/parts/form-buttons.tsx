interface FormButtonsProps {
  /** What sending the form does. */
  readonly word: string;
  readonly disabled: boolean;
  readonly close: () => void;
}

/** The act of a form in a dialog, and the way out of it. */
export function FormButtons({ word, disabled, close }: FormButtonsProps) {
  return (
    <div className="buttons">
      <button type="submit" className="button main" disabled={disabled}>
        {word}
      </button>
      <button type="button" className="button" onClick={close}>
        Not now
      </button>
    </div>
  );
}
