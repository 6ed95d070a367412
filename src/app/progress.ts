/** Progress on standard error: a bar on a terminal, a line a step elsewhere. */
export interface Progress {
  step(text: string): void;
  bar(title: string, done: number, total: number, detail: string): void;
  end(): void;
}

const WIDTH = 28;

export function makeProgress(stream: NodeJS.WriteStream): Progress {
  const live = stream.isTTY === true;
  let open = false;
  let lastTitle = "";
  const clear = (): void => {
    if (live && open) stream.write("\r\u001b[2K");
    open = false;
  };
  return {
    step(text) {
      clear();
      if (text !== lastTitle) stream.write(`  ${text} …\n`);
      lastTitle = text;
    },
    bar(title, done, total, detail) {
      if (!live) {
        if (title !== lastTitle) stream.write(`  ${title} …\n`);
        lastTitle = title;
        return;
      }
      const filled = total === 0 ? 0 : Math.round((WIDTH * Math.min(done, total)) / total);
      const drawn = `${"█".repeat(filled)}${"░".repeat(WIDTH - filled)}`;
      const room = Math.max(10, (stream.columns ?? 100) - WIDTH - title.length - 22);
      clear();
      stream.write(`  ${title}  ${drawn} ${done}/${total}  ${detail.slice(0, room)}`);
      open = true;
      lastTitle = title;
    },
    end: clear,
  };
}
