// src/groups.ts out of the contract: a named method for each operation, grouped by its tag.

import { readFileSync, writeFileSync } from "node:fs";

const contract = JSON.parse(readFileSync(new URL("../../openapi.json", import.meta.url), "utf8"));
const groups = new Map();
for (const [path, methods] of Object.entries(contract.paths)) {
  for (const [method, operation] of Object.entries(methods)) {
    const [tag] = operation.tags;
    const name = operation.operationId.slice(tag.length).replace(/^./, first => first.toLowerCase());
    const parameters = [...path.matchAll(/{(\w+)}/g)].map(([, parameter]) => parameter);
    const query = (operation.parameters ?? []).filter(one => one.in === "query");
    const body = operation.requestBody;
    const told = [operation.description ?? operation.summary].join(" ").split("\n\n")[0].replace(/\s+/g, " ");
    const pages = method === "get" && query.some(one => one.name === "cursor") ? pageCursor(operation) : undefined;
    if (!groups.has(tag)) groups.set(tag, []);
    groups.get(tag).push({
      name, method: method.toUpperCase(), path, parameters, told, pages,
      body: body && { optional: !body.required },
      deprecated: operation.deprecated,
      needsOptions: query.some(one => one.required),
    });
  }
}

function pageCursor(operation) {
  const { $ref } = operation.responses["200"].content["application/json"].schema;
  const { properties } = contract.components.schemas[$ref.split("/").pop()];
  return "nextCursor" in properties ? "nextCursor" : "cursor";
}

function signature({ method, path, parameters, body, needsOptions }) {
  const types = `"${path}", "${method}"`;
  return [
    ...parameters.map(parameter => `${parameter}: ParameterOf<${types}, "${parameter}">`),
    ...(body ? [`body${body.optional ? "?" : ""}: BodyOf<${types}>${body.optional ? " | undefined" : ""}`] : []),
    `options${needsOptions ? "" : "?"}: OptionsOf<${types}>${needsOptions ? "" : " | undefined"}`,
  ].join(", ");
}

const lines = [
  "// Made of the contract by generate.js.",
  "",
  'import type { NutriPromise } from "./answer.js";',
  'import type { Answer, BodyOf, Method, OptionsOf, ParameterOf } from "./operations.js";',
  "",
  "export interface Groups {",
];
for (const [tag, methods] of groups) {
  lines.push(`  /** ${contract.tags.find(one => one.name === tag)?.description ?? tag} */`, `  readonly ${tag}: {`);
  for (const one of methods) {
    const types = `"${one.path}", "${one.method}"`;
    lines.push(`    /** ${one.told} \`${one.method} ${one.path}\`${one.deprecated ? " @deprecated" : ""} */`);
    lines.push(`    ${one.name}(${signature(one)}): NutriPromise<Answer<${types}>>;`);
    if (one.pages) {
      lines.push(`    /** The same, page by page. */`);
      lines.push(`    ${one.name}Pages(${signature(one)}): AsyncGenerator<Answer<${types}>, void, undefined>;`);
    }
  }
  lines.push("  };");
}
lines.push("}", "", "export interface MethodOf {", "  method: Method;", "  path: string;");
lines.push("  parameters: readonly string[];", "  body: boolean;");
lines.push("  /** Where an answer says where the next page begins. */", "  pages?: string;", "}", "");
lines.push("export const GROUPS: Readonly<Record<string, Readonly<Record<string, MethodOf>>>> = {");
for (const [tag, methods] of groups) {
  lines.push(`  ${tag}: {`);
  for (const { name, method, path, parameters, body, pages } of methods) {
    const told = { method, path, parameters, body: Boolean(body), ...(pages ? { pages } : {}) };
    lines.push(`    ${name}: ${JSON.stringify(told)},`);
  }
  lines.push("  },");
}
lines.push("};", "");
writeFileSync(new URL("src/groups.ts", import.meta.url), lines.join("\n"));
