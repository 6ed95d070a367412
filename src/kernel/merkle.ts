/**
 * Merkle trees as RFC 6962 has them (section 2.1): a leaf is hashed behind 0x00, a node behind
 * 0x01, so that no node can pass for a leaf; n leaves are split at the largest power of two below
 * n. A proof is the hashes of the neighbours on the way from a leaf to the root, nearest first.
 */
import type { Hasher } from "./hashing.ts";

const LEAF = 0x00;
const NODE = 0x01;
const HASH_BYTES = 32;

/** The hash of one leaf's bytes. */
export function merkleLeaf(hasher: Hasher, data: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + data.length);
  input[0] = LEAF;
  input.set(data, 1);
  return hasher.sha256(input);
}

function merkleNode(hasher: Hasher, left: Uint8Array, right: Uint8Array): Uint8Array {
  const input = new Uint8Array(1 + 2 * HASH_BYTES);
  input[0] = NODE;
  input.set(left, 1);
  input.set(right, 1 + HASH_BYTES);
  return hasher.sha256(input);
}

/**
 * The next level up. A last node without a neighbour goes up as it is, which gives the same tree
 * as splitting at powers of two.
 */
function levelAbove(hasher: Hasher, level: readonly Uint8Array[]): Uint8Array[] {
  const above: Uint8Array[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const left = level[i] as Uint8Array;
    const right = level[i + 1];
    above.push(right === undefined ? left : merkleNode(hasher, left, right));
  }
  return above;
}

/** The root over leaf hashes (`merkleLeaf`), in order: 32 bytes. No leaves: SHA-256 of nothing. */
export function merkleRoot(hasher: Hasher, leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return hasher.sha256(new Uint8Array(0));
  let level = leaves;
  while (level.length > 1) level = levelAbove(hasher, level);
  return level[0] as Uint8Array;
}

/** The proof for the leaf at `index`, or undefined when there is no such leaf. */
export function merkleProof(
  hasher: Hasher,
  leaves: readonly Uint8Array[],
  index: number,
): Uint8Array[] | undefined {
  if (!Number.isInteger(index) || index < 0 || index >= leaves.length) return undefined;
  const proof: Uint8Array[] = [];
  let level = leaves;
  let at = index;
  while (level.length > 1) {
    const neighbour = level[at % 2 === 0 ? at + 1 : at - 1];
    if (neighbour !== undefined) proof.push(neighbour);
    level = levelAbove(hasher, level);
    at = Math.floor(at / 2);
  }
  return proof;
}

/** What a proof claims: this leaf hash stands at `index` among `count` leaves under `root`. */
export interface MerkleClaim {
  readonly leaf: Uint8Array;
  readonly index: number;
  readonly count: number;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}

/** True when the proof leads from the leaf to the root, with no hash too many or too few. */
export function checkMerkleProof(hasher: Hasher, claim: MerkleClaim): boolean {
  const { count, proof } = claim;
  if (!Number.isInteger(claim.index) || claim.index < 0 || claim.index >= count) return false;
  let hash = claim.leaf;
  let at = claim.index;
  let used = 0;
  for (let width = count; width > 1; width = Math.ceil(width / 2)) {
    const alone = at % 2 === 0 && at + 1 === width;
    if (!alone) {
      const neighbour = proof[used];
      if (neighbour === undefined || neighbour.length !== HASH_BYTES) return false;
      used += 1;
      hash =
        at % 2 === 0 ? merkleNode(hasher, hash, neighbour) : merkleNode(hasher, neighbour, hash);
    }
    at = Math.floor(at / 2);
  }
  return used === proof.length && sameBytes(hash, claim.root);
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
