import type { Random } from "../../kernel/random.ts";

/** The server refuses passwords of which less than this part are different characters. */
const DIFFERENT = 0.75;

/** A password that nobody can guess (120 bits) and that the server's own rules accept. */
export function newPassword(random: Random): string {
  for (;;) {
    const password = Buffer.from(random.bytes(15)).toString("base64url");
    if (new Set(password).size >= password.length * DIFFERENT) return password;
  }
}
