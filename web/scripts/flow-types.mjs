// Writes src/flow/document.gen.ts: the types of a flow definition, from the schema that the server validates with.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const schemaFile = new URL("../../internal/flow/schema.json", import.meta.url);
const typesFile = new URL("../src/flow/document.gen.ts", import.meta.url);

const each = (map, change) =>
  Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));

/**
 * The schema chooses with if/then/else, so that a mistake is one issue at one place; TypeScript has unions for that.
 * A condition between fields of one object (media: asset or url) has no type and is left out.
 */
function unions(schema) {
  if (typeof schema !== "object" || schema === null) return schema;
  const { if: condition, then, else: otherwise, allOf, propertyNames, ...out } = schema;
  if (out.$ref) out.$ref = out.$ref.replace("#/$defs/", "#/components/schemas/");
  if (out.properties) out.properties = each(out.properties, unions);
  if (out.items) out.items = unions(out.items);
  if (typeof out.additionalProperties === "object")
    out.additionalProperties = unions(out.additionalProperties);
  if (out.items) out.type ??= "array";
  if (out.properties) out.type ??= "object";
  if (allOf) return { oneOf: allOf.map((branch) => unions(branch.then)) };
  if (out.maxProperties === 1)
    return {
      oneOf: Object.keys(out.properties).map((key) => ({
        ...out,
        properties: { [key]: out.properties[key] },
        required: [key],
      })),
    };
  if (condition && !out.properties) return { anyOf: [unions(then), unions(otherwise)] };
  return out;
}

export async function flowTypes() {
  const { $defs, ...root } = JSON.parse(readFileSync(schemaFile, "utf8"));
  // The type of any JSON value would refer to itself without an object between, which no alias may.
  const schemas = each({ ...$defs, json: {}, document: root }, unions);
  const document = {
    openapi: "3.1.0",
    info: { title: root.title, version: "1" },
    paths: {},
    components: { schemas },
  };
  const types = await openapiTS(document, { silent: true, defaultNonNullable: false });
  return `// Generated from internal/flow/schema.json by \`npm run types\`. Do not edit.\n\n${astToString(types)}`;
}

export const current = async () => (await flowTypes()) === readFileSync(typesFile, "utf8");

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(typesFile, await flowTypes());
