// dist/esm and dist/cjs: one bundle each, openapi-fetch inside, and the same declarations beside both.

import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

rmSync("dist", { recursive: true, force: true });
copyFileSync("../../../LICENSE", "LICENSE");
execFileSync("node", ["node_modules/typescript/bin/tsc", "--emitDeclarationOnly"], { stdio: "inherit" });
cpSync("dist/esm", "dist/cjs", { recursive: true });
for (const format of ["esm", "cjs"]) {
  await build({
    entryPoints: ["src/index.ts"],
    outfile: `dist/${format}/index.js`,
    bundle: true,
    format,
    platform: "node",
    target: "node18",
    sourcemap: true,
    sourcesContent: true,
    legalComments: "inline",
  });
  const type = format === "esm" ? "module" : "commonjs";
  writeFileSync(`dist/${format}/package.json`, `${JSON.stringify({ type })}\n`);
}
