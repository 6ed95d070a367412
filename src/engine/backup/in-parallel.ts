/** So many at a time: each copied file waits for the disk to say that it is written. */
const WIDTH = 8;

/** Runs `act` for every item; the first failure is thrown once all that run have ended. */
export async function inParallel<T>(
  items: readonly T[],
  act: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const failures: unknown[] = [];
  const run = async (): Promise<void> => {
    while (failures.length === 0) {
      const item = items[next];
      next += 1;
      if (item === undefined) return;
      await act(item).catch((thrown: unknown) => failures.push(thrown));
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, run));
  if (failures.length > 0) throw failures[0];
}
