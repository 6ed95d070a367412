/** What every record has. */
export type Metadata = Readonly<Record<string, string>>;

export interface Base<O extends string> {
  readonly object: O;
  readonly id: string;
  /** Epoch seconds: of the world's clock, or of the customer's test clock. */
  readonly created: number;
}
