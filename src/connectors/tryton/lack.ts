/** What a preparation for Tryton may lack. */
import { lackingOf } from "../kit/lack.ts";
import { trytonErrors } from "./errors.ts";

export const lacking = lackingOf(trytonErrors);
