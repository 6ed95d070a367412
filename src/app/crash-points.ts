/**
 * Labelled points at which a fault run ends this process, as SIGKILL does: `TIEOUT_CRASH_AT` holds
 * `label:count`, and the process dies when the label is passed for that time. Without it nothing
 * happens.
 */
export function crashPoints(variable: string | undefined): (label: string) => void {
  const match = /^([a-z-]+):(\d+)$/.exec(variable ?? "");
  if (match === null) return () => undefined;
  let left = Number(match[2]);
  return (label) => {
    if (label !== match[1]) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, "SIGKILL");
  };
}
