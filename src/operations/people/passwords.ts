/** How passwords are kept; passed in, for the library is native. */
export interface Passwords {
  /** A hash that says by itself how it was made. Slow on purpose. */
  hash(password: string): Promise<string>;
  /** Costs the same time when there is no hash, so that an unknown name cannot be told apart. */
  verify(hash: string | undefined, password: string): Promise<boolean>;
}

export const SHORTEST_PASSWORD = 12;
/** More would only make the hashing a weapon. */
export const LONGEST_PASSWORD = 200;
