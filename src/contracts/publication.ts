import { z } from "zod";
import type { Json } from "../kernel/strict-json.ts";
import type { Contract } from "./contract.ts";
import { dataschemaOf } from "./contract.ts";

/**
 * The JSON Schema (2020-12) of a contract, as others may read it. It says the shape; the checks of
 * arithmetic and of currencies' digits are ours and are named in `meaning` and docs.
 */
export function publishContract(contract: Contract): Json {
  const schema = z.toJSONSchema(contract.schema, { target: "draft-2020-12" }) as {
    [key: string]: Json;
  };
  const { $schema = "", ...shape } = schema;
  return {
    $schema,
    $id: dataschemaOf(contract.type, contract.version),
    title: contract.type,
    description: contract.meaning,
    "x-entity": contract.entity,
    "x-owner": contract.owner,
    "x-personal": { ...contract.personal },
    ...shape,
  };
}

/** `invoice-finalized-v1.json`: file names have no dots but the last. */
export function publishedName(contract: Contract): string {
  return `${contract.type.replaceAll(".", "-")}-v${contract.version}.json`;
}
