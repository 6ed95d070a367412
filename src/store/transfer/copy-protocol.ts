/**
 * COPY over a connection, in the text form, which every version of PostgreSQL reads. The driver
 * speaks the protocol and leaves COPY to whoever submits a query of this shape.
 */
import type pg from "pg";

/** What the driver's connection offers and its types leave out. */
interface Wire {
  readonly stream: NodeJS.WritableStream & {
    readonly writableNeedDrain: boolean;
    pause(): void;
    resume(): void;
  };
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
  sendCopyFail(message: string): void;
}

/** So many pieces wait for whoever writes them down before the server must wait too. */
const MOST_WAITING = 256;

const ignore = (): void => undefined;

class CopyQuery {
  readonly done: Promise<number>;
  #resolve: (rows: number) => void = () => undefined;
  #reject: (cause: Error) => void = () => undefined;
  #rows = 0;
  readonly #text: string;
  protected wire: Wire | undefined;

  constructor(text: string) {
    this.#text = text;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever reads the pieces learns of a failure there; this must not count as unhandled.
    this.done.catch(() => undefined);
  }

  submit(wire: Wire): void {
    this.wire = wire;
    wire.query(this.#text);
  }

  handleCommandComplete(message: { readonly text: string }): void {
    this.#rows = Number(/^COPY (\d+)$/.exec(message.text)?.[1] ?? 0);
  }

  handleReadyForQuery(): void {
    this.#resolve(this.#rows);
  }

  handleError(cause: Error): void {
    this.#reject(cause);
  }

  /** What a COPY never brings; the driver looks for someone to tell. */
  readonly handleRowDescription = ignore;
  readonly handleDataRow = ignore;
  readonly handlePortalSuspended = ignore;
  readonly handleEmptyQuery = ignore;

  handleCopyData(_message: { readonly chunk: Buffer }): void {
    ignore();
  }

  handleCopyInResponse(_wire: Wire): void {
    ignore();
  }
}

class CopyOut extends CopyQuery {
  readonly #waiting: Buffer[] = [];
  #wake: () => void = () => undefined;
  #ended = false;

  override handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    // The driver reads into a buffer that it uses again.
    this.#waiting.push(Buffer.from(chunk));
    if (this.#waiting.length >= MOST_WAITING) this.wire?.stream.pause();
    this.#wake();
  }

  async *pieces(): AsyncIterable<Buffer> {
    const end = () => {
      this.#ended = true;
      this.#wake();
    };
    this.done.then(end, end);
    for (;;) {
      const ready = this.#waiting.splice(0);
      if (ready.length > 0) {
        yield Buffer.concat(ready);
        this.wire?.stream.resume();
      } else if (this.#ended) return;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
          if (this.#waiting.length > 0 || this.#ended) resolve();
        });
      }
    }
  }
}

class CopyIn extends CopyQuery {
  failure: unknown;
  readonly #source: AsyncIterable<Buffer>;

  constructor(text: string, source: AsyncIterable<Buffer>) {
    super(text);
    this.#source = source;
  }

  override handleCopyInResponse(wire: Wire): void {
    void this.#pump(wire);
  }

  async #pump(wire: Wire): Promise<void> {
    try {
      for await (const chunk of this.#source) {
        wire.sendCopyFromChunk(chunk);
        if (wire.stream.writableNeedDrain) {
          await Promise.race([
            new Promise((resolve) => wire.stream.once("drain", resolve)),
            this.done.catch(() => undefined),
          ]);
        }
      }
      wire.endCopyFrom();
    } catch (thrown) {
      this.failure = thrown;
      wire.sendCopyFail("its source failed");
    }
  }
}

/** `copy (…) to stdout`: the pieces, then how many rows they were. */
export function copyOut(
  session: pg.PoolClient,
  text: string,
): { readonly pieces: AsyncIterable<Buffer>; readonly rows: Promise<number> } {
  const copy = new CopyOut(text);
  session.query(copy as unknown as pg.Submittable);
  return { pieces: copy.pieces(), rows: copy.done };
}

/** `copy … from stdin`; returns how many rows were taken. */
export async function copyIn(
  session: pg.PoolClient,
  text: string,
  source: AsyncIterable<Buffer>,
): Promise<number> {
  const copy = new CopyIn(text, source);
  session.query(copy as unknown as pg.Submittable);
  try {
    return await copy.done;
  } catch (thrown) {
    throw copy.failure ?? thrown;
  }
}
