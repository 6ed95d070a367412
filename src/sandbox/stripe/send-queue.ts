/** What waits to be sent, oldest first, taken from a window of the oldest. */
import type { Random } from "../../kernel/random.ts";

export interface SendQueue<T> {
  readonly size: number;
  add(item: T): void;
  /** One of the `window` oldest; the queue must not be empty. */
  take(window: number): T;
  clear(): void;
}

export function createSendQueue<T>(random: Random, initial: Iterable<T>): SendQueue<T> {
  let items: T[] = [...initial];
  let head = 0;
  return {
    get size() {
      return items.length - head;
    },
    add(item) {
      items.push(item);
    },
    take(window) {
      const reach = Math.min(window, items.length - head);
      const index = head + (reach <= 1 ? 0 : Math.floor(random.unit() * reach));
      const item = items[index] as T;
      items[index] = items[head] as T;
      head += 1;
      // Cut rarely: shifting a long backlog at every send would cost more than the send.
      if (head > 1000 && head * 2 > items.length) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
    clear() {
      items = [];
      head = 0;
    },
  };
}
