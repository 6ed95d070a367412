/**
 * What may be retired by month, and with what.
 *
 * class       tables whose months go together, in one transaction
 * raw         the bytes that arrived; the events made of them stay
 * calls       what was said to targets and what they answered; handoffs, links and effects stay
 * keep        months that stay besides the present one; a class without a number is kept for good
 *
 * Events and handoffs are no class: they are the books (docs/decisions/0023).
 */
export const retentionClasses = ["raw", "calls"] as const;
export type RetentionClass = (typeof retentionClasses)[number];

export type RetentionSettings = Readonly<Partial<Record<RetentionClass, number>>>;

export const tablesOfClass: Readonly<Record<RetentionClass, readonly string[]>> = {
  raw: ["inbound"],
  calls: ["attempt", "outcome"],
};

/** Fewer would retire what a dispute, a late refund or a look at last quarter still asks for. */
export const FEWEST_MONTHS = 3;
