import fc from "fast-check";
import { expect, test } from "vitest";
import { writeWhole } from "./write-whole.ts";

/** A file of a disk that takes some bytes at a time and is full at `room`. */
function smallDisk(steps: readonly number[], room: number) {
  const written: number[] = [];
  let turn = 0;
  const write = async (piece: Uint8Array, at: number, length: number) => {
    if (written.length >= room) throw new Error("ENOSPC");
    const taken = Math.min(length, room - written.length, steps[turn++ % steps.length] ?? 1);
    written.push(...piece.subarray(at, at + taken));
    return { bytesWritten: taken, buffer: piece };
  };
  return { written, file: { write } as unknown as Parameters<typeof writeWhole>[0] };
}

test("given a disk that takes a part at a time, then every byte is there, in order", async () => {
  const steps = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), steps, async (piece, sizes) => {
      const { written, file } = smallDisk(sizes, 1000);
      await writeWhole(file, piece);
      expect(written).toEqual([...piece]);
    }),
  );
});

test("given a disk that is full within the last piece, then it fails", async () => {
  const { file } = smallDisk([100], 30);
  await expect(writeWhole(file, new Uint8Array(40))).rejects.toThrow("ENOSPC");
});
