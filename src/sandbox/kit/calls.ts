/**
 * The access log: every call to the sandbox proper, with how many were in flight when it came.
 * It is what a check of a concurrency or rate quota is made from.
 */
export interface Call {
  readonly seq: number;
  /** Epoch milliseconds of the sandbox's clock at arrival. */
  readonly at: number;
  /** Monotonic milliseconds at arrival and at the end of the work; 0 while it runs. */
  readonly startedAt: number;
  endedAt: number;
  readonly method: string;
  /** Path with query. */
  readonly target: string;
  operation: string;
  /** Calls in flight at arrival, this one included. */
  readonly inFlight: number;
  /** HTTP status sent; 0 when the connection was destroyed, or the answer is not out yet. */
  status: number;
  /** Id of the fault rule that struck, or null. */
  fault: string | null;
  /** Free place for the system: the idempotency key, the account. */
  note: string | null;
  /** Why it was turned away, where the status alone does not say; the note stays the caller's. */
  refused: string | null;
}

export interface CallLog {
  /** Every kept call whose number is greater than `after`. */
  list(after?: number): readonly Call[];
  /** Number of calls since start or reset, also of those no longer kept. */
  readonly total: number;
  readonly inFlight: number;
  /** Highest number in flight seen. */
  readonly peak: number;
}

export interface CallRecorder extends CallLog {
  begin(call: Pick<Call, "at" | "startedAt" | "method" | "target" | "operation">): Call;
  end(call: Call, endedAt: number): void;
  clear(): void;
}

/** Keeps the newest `limit` calls. */
export function createCallLog(limit: number): CallRecorder {
  let calls: Call[] = [];
  let total = 0;
  let inFlight = 0;
  let peak = 0;
  return {
    list: (after = 0) => calls.filter((call) => call.seq > after),
    get total() {
      return total;
    },
    get inFlight() {
      return inFlight;
    },
    get peak() {
      return peak;
    },
    begin(arrival) {
      total += 1;
      inFlight += 1;
      if (inFlight > peak) peak = inFlight;
      const call = {
        ...arrival,
        seq: total,
        endedAt: 0,
        inFlight,
        status: 0,
        fault: null,
        note: null,
        refused: null,
      };
      calls.push(call);
      // Dropped in halves, so that a long benchmark does not shift the array at every call.
      if (calls.length > limit * 2) calls = calls.slice(-limit);
      return call;
    },
    end(call, endedAt) {
      call.endedAt = endedAt;
      inFlight -= 1;
    },
    clear() {
      calls = [];
      total = 0;
      peak = inFlight;
    },
  };
}
