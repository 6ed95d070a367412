/** What a preparation for NetSuite may lack. */
import { lackingOf } from "../kit/lack.ts";
import { netsuiteErrors } from "./errors.ts";

export const lacking = lackingOf(netsuiteErrors);
