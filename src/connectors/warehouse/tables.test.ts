import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Contract } from "../../contracts/contract.ts";
import { isToldBy } from "../../contracts/personal.ts";
import { contracts } from "../../contracts/registry.ts";
import type { EntityTable } from "./column.ts";
import { feedTable, personalColumns, physicalTables } from "./physical-columns.ts";
import { createTable, SCHEMA_VERSION } from "./schema-ddl.ts";
import { entityTables } from "./tables.ts";

/** The id is in the stamp. */
const inStamp = new Set(["id"]);

function tableOf({ entity }: Contract): EntityTable {
  const table = entityTables.find((one) => one.entity === entity);
  if (table === undefined) throw new Error(`no table for ${entity}`);
  return table;
}

function shapeOf(contract: Contract): { properties: object; required: readonly string[] } {
  const shape = z.toJSONSchema(contract.schema, { unrepresentable: "any" });
  return { properties: shape.properties ?? {}, required: shape.required ?? [] };
}

const states = contracts.filter((contract) => contract.type !== tableOf(contract).tombstone);

describe("the declared tables", () => {
  it.each(states.map((one) => [`${one.type} ${one.version}`, one] as const))(
    "hold every field of %s",
    (_, contract) => {
      const { columns, parts } = tableOf(contract);
      const held = new Set([
        ...columns.map(({ path }) => path.split(".")[0]),
        ...parts.map(({ list }) => list),
      ]);
      const lost = Object.keys(shapeOf(contract).properties).filter(
        (field) => !held.has(field) && !inStamp.has(field),
      );
      expect(lost).toEqual([]);
    },
  );

  it.each(states.map((one) => [`${one.type} ${one.version}`, one] as const))(
    "require nothing that %s may lack",
    (_, contract) => {
      const { columns } = tableOf(contract);
      const needed = columns.filter((one) => one.required).map(({ path }) => path.split(".")[0]);
      const { required } = shapeOf(contract);
      expect(needed.filter((field) => !required.includes(field ?? ""))).toEqual([]);
    },
  );

  it("mark as personal what the contracts name as personal", () => {
    const marks = contracts.flatMap((contract) => {
      const table = tableOf(contract);
      const parts = table.parts.flatMap(({ name, list, columns }) =>
        columns.map((one) => ({
          ...one,
          name: `${name}.${one.name}`,
          path: `${list}[].${one.path}`,
        })),
      );
      return [...table.columns, ...parts].map(({ name, path, personal }) => {
        const told = Object.entries(contract.personal).find(([one]) =>
          isToldBy({ [one]: 1 }, path),
        );
        return { column: `${contract.type} ${name}`, marked: personal, told: told?.[1] };
      });
    });
    const withData = marks.filter(({ column }) => !column.startsWith("customer.deleted"));
    expect(withData.filter(({ marked, told }) => marked !== told)).toEqual([]);
    expect(personalColumns()).toContainEqual({
      table: "customer",
      column: "email",
      class: "email",
    });
  });

  it("give each table and each column of a table one name", () => {
    const names = physicalTables.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, columns } of physicalTables) {
      const columnNames = columns.map((column) => column.name);
      expect([name, new Set(columnNames).size]).toEqual([name, columnNames.length]);
    }
  });

  it("when their statements change, the schema has a new version", () => {
    const statements = physicalTables.flatMap((table) => createTable(`"w"."${table.name}"`, table));
    const print = createHash("sha256").update(statements.join(";\n")).digest("hex").slice(0, 16);
    expect({ version: SCHEMA_VERSION, print }).toMatchInlineSnapshot(`
      {
        "print": "8adc91303b0e18cb",
        "version": 1,
      }
    `);
    expect(physicalTables[0]).toBe(feedTable);
  });
});
