/** Commands about people, accounts, roles and tokens. */
import { operations } from "../operations/all-operations.ts";
import type { CommandEntry } from "./command-entry.ts";
import { entry } from "./command-entry.ts";
import { printTable } from "./print-table.ts";
import { timeText } from "./print-values.ts";

const roleText = ({ role, legalEntity }: { role: string; legalEntity?: string | undefined }) =>
  legalEntity === undefined ? role : `${role} (${legalEntity})`;

export const peopleCommands: readonly CommandEntry[] = [
  entry(operations.addUser, {
    path: ["user", "add"],
    examples: [
      'tieout user add --name "Ada Meyer" --login ada',
      'tieout user add --name "Ada Meyer" --login ada@example.com --issuer https://id.example.com',
    ],
    print: ({ name, login, password }) =>
      `${name} may sign in as ${login}.\n${password === undefined ? "" : `Password, shown this once: ${password}\n`}Give a role: tieout user grant ${login} --role analyst\n`,
  }),
  entry(operations.listUsers, {
    path: ["user", "ls"],
    examples: ["tieout user ls"],
    print: ({ people }) =>
      people.length === 0
        ? "Nobody yet.\n"
        : printTable(people, [
            { title: "name", value: (one) => one.name },
            {
              title: "accounts",
              value: (one) =>
                one.accounts
                  .map(({ login, disabled }) => (disabled ? `${login} (disabled)` : login))
                  .join(", "),
            },
            { title: "roles", value: (one) => one.roles.map(roleText).join(", ") },
          ]),
  }),
  entry(operations.disableUser, {
    path: ["user", "disable"],
    positional: "who",
    examples: [
      "tieout user disable ada",
      'tieout user disable "Ada Meyer" --login ada@example.com',
    ],
    print: ({ disabled }) =>
      disabled.length === 0 ? "Nothing was enabled.\n" : `Disabled: ${disabled.join(", ")}.\n`,
  }),
  entry(operations.resetPassword, {
    path: ["user", "reset-password"],
    positional: "who",
    examples: ["tieout user reset-password ada"],
    print: ({ login, path, expiresAt }, { zone }) =>
      `${login} sets a new password, once, until ${timeText(expiresAt, zone)}, at the hub's address and\n${path}\nShown this once. Whoever was signed in by this account no longer is.\n`,
  }),
  entry(operations.grantRole, {
    path: ["user", "grant"],
    positional: "who",
    examples: [
      "tieout user grant ada --role controller",
      "tieout user grant ada --role analyst --entity us",
    ],
    print: (result) =>
      `${result.granted ? "Granted" : "Held already"}: ${roleText(result)}.\n${result.conflicts.map((one) => `Conflict of duties, accepted: ${one}\n`).join("")}`,
  }),
  entry(operations.revokeRole, {
    path: ["user", "revoke"],
    positional: "who",
    examples: ["tieout user revoke ada --role analyst --entity us"],
    print: ({ role, revoked }) => (revoked ? `Revoked: ${role}.\n` : `Not held: ${role}.\n`),
  }),
  entry(operations.createToken, {
    path: ["token", "create"],
    examples: [
      "tieout token create --who ada --name 'nightly report' --permissions story.read handoff.read",
    ],
    print: ({ id, token, expiresAt }, { zone }) =>
      `${token}\n${id}, until ${timeText(expiresAt, zone)}. It is shown this once.\n`,
  }),
  entry(operations.listTokens, {
    path: ["token", "ls"],
    examples: ["tieout token ls"],
    print: ({ tokens }, { zone }) =>
      tokens.length === 0
        ? "No tokens.\n"
        : printTable(tokens, [
            { title: "person", value: (one) => one.person },
            { title: "name", value: (one) => one.name },
            { title: "begins", value: (one) => `${one.prefix}…` },
            { title: "state", value: (one) => one.state },
            { title: "expires", value: (one) => timeText(one.expiresAt, zone) },
            { title: "permissions", value: (one) => one.permissions.join(" ") },
            { title: "id", value: (one) => one.id },
          ]),
  }),
  entry(operations.revokeToken, {
    path: ["token", "revoke"],
    positional: "id",
    examples: ["tieout token revoke tok_0193…"],
    print: ({ revoked }) => (revoked ? "Revoked.\n" : "It was revoked already.\n"),
  }),
];
