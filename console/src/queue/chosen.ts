/**
 * chosen  the cause, and the case of it, that the page is about; both stand in the address
 * dialog  the act that is being prepared
 */
export interface Chosen {
  readonly cause?: string;
  readonly case?: string;
}

export type DialogName = "retry" | "exclude" | undefined;
