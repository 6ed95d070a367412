/**
 * How many bytes of bodies may be under way at once, over all connections. A body is counted from
 * its headers on until its answer is gone, so what senders can make us hold is bounded before a
 * byte of it is read: by this, and not by how many of them there are.
 */
export interface BodyAllowance {
  /** False when there is no room for it now; else `leave` must follow, once. */
  enter(bytes: number): boolean;
  leave(bytes: number): void;
}

/** One body alone may be larger than all the room: somebody must be able to send it. */
export function makeBodyAllowance(most: number): BodyAllowance {
  let held = 0;
  return {
    enter(bytes) {
      if (held > 0 && held + bytes > most) return false;
      held += bytes;
      return true;
    },
    leave(bytes) {
      held -= bytes;
    },
  };
}
