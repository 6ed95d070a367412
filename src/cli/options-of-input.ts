/** Options of a command, made from the input of its operation; checked by the operation itself. */
import type { Command } from "commander";
import { z } from "zod";
import type { CommandEntry } from "./command-entry.ts";

interface Field {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, PropertySchema>>;
  readonly required?: readonly string[];
}

interface PropertySchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly description?: string;
}

function fieldsOf(entry: CommandEntry): Field[] {
  const schema = z.toJSONSchema(entry.input, { io: "input", unrepresentable: "any" }) as JsonSchema;
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    type: property.type ?? "string",
    required: schema.required?.includes(name) === true,
    description: describe(property),
  }));
}

function describe(property: PropertySchema): string {
  const parts = [
    property.description,
    property.enum === undefined ? undefined : `one of: ${property.enum.join(", ")}`,
    property.default === undefined || property.default === false
      ? undefined
      : `default: ${String(property.default)}`,
  ];
  return parts.filter((part) => part !== undefined).join("; ");
}

export function addOptions(command: Command, entry: CommandEntry): void {
  for (const field of fieldsOf(entry)) {
    if (field.name === entry.positional) continue;
    const flag = `--${kebab(field.name)}`;
    const shown =
      field.type === "boolean"
        ? flag
        : field.type === "array"
          ? `${flag} <${kebab(field.name)}...>`
          : `${flag} <${kebab(field.name)}>`;
    if (field.required) command.requiredOption(shown, field.description);
    else command.option(shown, field.description);
  }
}

/** The input as the operation takes it; options that were not given are absent. */
export function inputOf(
  entry: CommandEntry,
  flags: Readonly<Record<string, unknown>>,
  positional: string | undefined,
): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const { name } of fieldsOf(entry)) {
    const value = name === entry.positional ? positional : flags[name];
    if (value !== undefined) input[name] = value;
  }
  return input;
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
