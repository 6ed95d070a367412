import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { systemHasher } from "../../test/support/system-hasher.ts";
import { hex } from "./hex.ts";
import { checkMerkleProof, merkleLeaf, merkleProof, merkleRoot } from "./merkle.ts";

const bytes = (digits: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.from(digits, "hex"));
const leavesOf = (data: readonly Uint8Array[]): Uint8Array[] =>
  data.map((one) => merkleLeaf(systemHasher, one));
const rootOf = (data: readonly Uint8Array[]): string =>
  hex(merkleRoot(systemHasher, leavesOf(data)));

/** Test vectors of the certificate-transparency project (merkle trees over these eight leaves). */
const DATA = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
].map(bytes);
const ROOTS = [
  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/** RFC 6962, section 2.1, word for word: another way to the same root. */
function rootByDefinition(data: readonly Uint8Array[]): Uint8Array {
  if (data.length === 0) return systemHasher.sha256("");
  if (data.length === 1) return merkleLeaf(systemHasher, data[0] as Uint8Array);
  let k = 1;
  while (k * 2 < data.length) k *= 2;
  const left = rootByDefinition(data.slice(0, k));
  const right = rootByDefinition(data.slice(k));
  return systemHasher.sha256(new Uint8Array([1, ...left, ...right]));
}

const someData = fc.array(fc.uint8Array({ maxLength: 8 }), { minLength: 1, maxLength: 70 });

describe("Merkle trees", () => {
  test.each(ROOTS.map((root, count) => [count, root] as const))(
    "given the published vectors, when %i leaves are hashed, then the root is theirs",
    (count, root) => expect(rootOf(DATA.slice(0, count))).toBe(root),
  );

  test("given any leaves, then the root is that of the definition", () => {
    fc.assert(
      fc.property(someData, (data) => {
        expect(rootOf(data)).toBe(hex(rootByDefinition(data)));
      }),
    );
  });

  test("given one leaf changed, left out, added or moved, then the root is another", () => {
    fc.assert(
      fc.property(someData, fc.nat(), fc.nat(), (data, first, second) => {
        const at = first % data.length;
        const one = data[at] as Uint8Array<ArrayBuffer>;
        const changed = data.with(at, new Uint8Array([...one, 7]));
        expect(rootOf(changed)).not.toBe(rootOf(data));
        expect(rootOf(data.toSpliced(at, 1))).not.toBe(rootOf(data));
        expect(rootOf([...data, one])).not.toBe(rootOf(data));
        const other = data[second % data.length] as Uint8Array<ArrayBuffer>;
        if (hex(other) === hex(one)) return;
        const swapped = data.with(at, other).with(second % data.length, one);
        expect(rootOf(swapped)).not.toBe(rootOf(data));
      }),
    );
  });

  test("given a node's input as a leaf, then it does not stand for the tree below it", () => {
    const leaves = leavesOf(DATA.slice(0, 4));
    const disguised = [0, 2].map((i) =>
      bytes(hex(leaves[i] as Uint8Array) + hex(leaves[i + 1] as Uint8Array)),
    );
    expect(rootOf(disguised)).not.toBe(ROOTS[4]);
  });
});

describe("inclusion proofs", () => {
  const claimOf = (data: readonly Uint8Array[], index: number) => {
    const leaves = leavesOf(data);
    return {
      leaf: leaves[index] as Uint8Array,
      index,
      count: leaves.length,
      proof: merkleProof(systemHasher, leaves, index) as Uint8Array[],
      root: merkleRoot(systemHasher, leaves),
    };
  };

  test("given any leaf of any tree, then its proof leads to the root", () => {
    fc.assert(
      fc.property(someData, fc.nat(), (data, nth) => {
        const claim = claimOf(data, nth % data.length);
        expect(checkMerkleProof(systemHasher, claim)).toBe(true);
        expect(claim.proof.length).toBeLessThanOrEqual(Math.ceil(Math.log2(data.length)));
      }),
    );
  });

  test("given another leaf, place, root or proof, then the claim is refused", () => {
    fc.assert(
      fc.property(someData, fc.nat(), fc.nat(), (data, nth, bit) => {
        const claim = claimOf(data, nth % data.length);
        const bent = (one: Uint8Array): Uint8Array =>
          one.map((byte, i) => (i === bit % one.length ? byte ^ 1 : byte));
        const { proof, index, count } = claim;
        const refused = [
          { ...claim, leaf: bent(claim.leaf) },
          { ...claim, root: bent(claim.root) },
          { ...claim, proof: [...proof, claim.leaf] },
          ...(proof.length > 0 ? [{ ...claim, proof: proof.slice(1) }] : []),
          ...proof.map((one, i) => ({ ...claim, proof: proof.with(i, bent(one)) })),
          { ...claim, index: count },
          { ...claim, index: -1 },
          { ...claim, index: index + 0.5 },
        ];
        for (const one of refused) expect(checkMerkleProof(systemHasher, one)).toBe(false);
      }),
    );
  });

  test("given no such leaf, then there is no proof", () => {
    expect(merkleProof(systemHasher, leavesOf(DATA), 8)).toBeUndefined();
    expect(merkleProof(systemHasher, [], 0)).toBeUndefined();
  });
});
