import type { Story } from "../api/types.ts";

/** The story as data and on paper: what an auditor takes along. */
export function ExportButtons({ story }: { readonly story: Story }) {
  const save = (): void => {
    const blob = new Blob([`${JSON.stringify(story, null, 2)}\n`], { type: "application/json" });
    const url = URL.createObjectURL(blob);
    const link = document.createElement("a");
    link.href = url;
    link.download = `${story.focus.name.replace(/[^\p{L}\p{N}-]+/gu, "-").toLowerCase()}.json`;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <span className="buttons no-print">
      <button type="button" className="button plain" onClick={save}>
        Export JSON
      </button>
      <button type="button" className="button plain" onClick={() => window.print()}>
        Print
      </button>
    </span>
  );
}
