export function ProposedNote({ close }: { readonly close: () => void }) {
  return (
    <>
      <p role="status">
        <b>Proposed.</b> Another person with the right to approve finds it at the top of the queue;
        until then nothing changes.
      </p>
      <div className="buttons">
        <button type="button" className="button main" onClick={close}>
          Close
        </button>
      </div>
    </>
  );
}
