/**
 * A list of any length: only the rows in sight exist, further pages are fetched as one comes near
 * their end. The chosen row is kept by its key, so new rows above do not move the choice.
 */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { useKeys } from "../shell/keys.ts";

interface LongListProps<Row> {
  readonly label: string;
  readonly head: React.ReactNode;
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly chosen: string | undefined;
  readonly choose: (key: string) => void;
  readonly open: (key: string) => void;
  readonly more: (() => void) | undefined;
  readonly children: (row: Row) => React.ReactNode;
}

const ROW_HEIGHT = 46;
/** Rows from the end at which the next page is asked for. */
const AHEAD = 60;

export function LongList<Row>(props: LongListProps<Row>) {
  const { rows, rowKey, chosen, choose, open, more, children } = props;
  const box = useRef<HTMLDivElement>(null);
  const list = useRows(box, rows, rowKey);
  const shown = list.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more !== undefined && last >= rows.length - AHEAD) more();
  }, [more, last, rows.length]);
  const at = useMemo(
    () => (chosen === undefined ? -1 : rows.findIndex((row) => rowKey(row) === chosen)),
    [rows, rowKey, chosen],
  );
  const step = (by: number): void => {
    const next = Math.min(rows.length - 1, Math.max(0, at + by));
    choose(rows[next] === undefined ? "" : rowKey(rows[next]));
    list.scrollToIndex(next);
  };
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Enter: () => (chosen === undefined ? undefined : open(chosen)),
  });
  return (
    <div className="card long">
      <div className="long-head" aria-hidden="true">
        {props.head}
      </div>
      <div
        ref={box}
        className="long-body"
        role="listbox"
        tabIndex={0}
        aria-label={props.label}
        aria-activedescendant={at < 0 ? undefined : `row-${at}`}
      >
        <div style={{ height: list.getTotalSize(), position: "relative" }}>
          {shown.map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            const key = rowKey(row);
            return (
              <div
                key={item.key}
                className="long-row"
                style={{ transform: `translateY(${item.start}px)`, height: item.size }}
                role="option"
                tabIndex={-1}
                {...optionOf(item.index, key === chosen, more === undefined ? rows.length : -1)}
                onClick={() => open(key)}
                onKeyDown={(event) => (event.key === "Enter" ? open(key) : undefined)}
              >
                {children(row)}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** The functions stay the same ones, else every row were measured again at each frame. */
function useRows<Row>(
  box: React.RefObject<HTMLDivElement | null>,
  rows: readonly Row[],
  rowKey: (row: Row) => string,
) {
  const getItemKey = useCallback(
    (index: number) => {
      const row = rows[index];
      return row === undefined ? index : rowKey(row);
    },
    [rows, rowKey],
  );
  return useVirtualizer({
    count: rows.length,
    getScrollElement: useCallback(() => box.current, [box]),
    estimateSize: rowHeight,
    overscan: 12,
    getItemKey,
  });
}

const rowHeight = (): number => ROW_HEIGHT;

/** How a row is told to whoever does not see it; the size of a list is -1 while it is unknown. */
function optionOf(index: number, chosen: boolean, size: number) {
  return {
    id: `row-${index}`,
    "aria-selected": chosen,
    "aria-setsize": size,
    "aria-posinset": index + 1,
  };
}
