/** Work that is done many at a time, as the product's group commit does, and nothing besides. */

interface Waiting<T> {
  readonly item: T;
  readonly done: () => void;
  readonly failed: (cause: unknown) => void;
}

const MOST = 256;

/** Returns a function whose promise is kept once the group of its item is stored. */
export function inGroups<T>(
  parallel: number,
  store: (items: readonly T[]) => Promise<void>,
): (item: T) => Promise<void> {
  let waiting: Waiting<T>[] = [];
  let underWay = 0;
  let soon = false;
  const storeOne = async (group: readonly Waiting<T>[]): Promise<void> => {
    try {
      await store(group.map(({ item }) => item));
      for (const one of group) one.done();
    } catch (thrown) {
      for (const one of group) one.failed(thrown);
    }
    underWay -= 1;
    flush();
  };
  const flush = (): void => {
    soon = false;
    while (underWay < parallel && waiting.length > 0) {
      const group = waiting.slice(0, MOST);
      waiting = waiting.slice(MOST);
      underWay += 1;
      void storeOne(group);
    }
  };
  return (item) =>
    new Promise((done, failed) => {
      waiting.push({ item, done, failed });
      if (soon || underWay >= parallel) return;
      soon = true;
      setTimeout(flush, 1);
    });
}
