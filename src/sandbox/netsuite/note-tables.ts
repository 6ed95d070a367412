/** The tables of SuiteQL that say who changed a transaction. */
import type { Cell, Table, TableSource } from "./suiteql-tables.ts";
import type { SystemNotes } from "./system-notes.ts";

/** SuiteQL's number of the record type "transaction" in system notes [mem]. */
const TRANSACTION = "-30";

/** `systemnote` [obs: its columns], `employee`; undefined for every other name. */
export function findNoteTable(source: TableSource, name: string): Table | undefined {
  const { notes } = source.books;
  if (name === "employee") return employeeTable(notes);
  return name === "systemnote" ? systemNoteTable(notes, source.localTime) : undefined;
}

function systemNoteTable(notes: SystemNotes, localTime: (ms: number) => string): Table {
  return {
    columns: {
      recordid: "number",
      recordtypeid: "number",
      date: "datetime",
      name: "number",
      context: "text",
      field: "text",
      oldvalue: "text",
      newvalue: "text",
    },
    *rows() {
      for (const [record, note] of notes.all()) {
        const cells: Record<string, Cell> = {
          recordid: record,
          recordtypeid: TRANSACTION,
          date: localTime(note.at),
          name: notes.people.get(note.by) ?? null,
          context: note.context,
          field: note.field,
          oldvalue: note.oldValue,
          newvalue: note.newValue,
        };
        yield (column) => cells[column] ?? null;
      }
    },
  };
}

function employeeTable(notes: SystemNotes): Table {
  return {
    columns: { id: "number", entityid: "text" },
    *rows() {
      for (const [name, id] of notes.people) {
        yield (column) => (column === "id" ? id : column === "entityid" ? name : null);
      }
    },
  };
}
