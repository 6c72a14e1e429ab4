// GraphiQL as plain files: one script, one style sheet, three workers, a font, and a .gz beside each.
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const out = new URL("dist/", import.meta.url).pathname;
await rm(out, { recursive: true, force: true });
await build({
  absWorkingDir: new URL(".", import.meta.url).pathname,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  legalComments: "linked",
  logLevel: "warning",
  outdir: "dist",
  define: { "process.env.NODE_ENV": '"production"' },
  assetNames: "[name]",
  loader: { ".ttf": "file" },
  entryPoints: {
    graphiql: "main.jsx",
    "editor.worker": "monaco-editor/esm/vs/editor/editor.worker.js",
    "json.worker": "monaco-editor/esm/vs/language/json/json.worker.js",
    "graphql.worker": "monaco-graphql/esm/graphql.worker.js",
  },
});
for (const name of await readdir(out)) {
  await writeFile(`${out}${name}.gz`, gzipSync(await readFile(`${out}${name}`), { level: 9 }));
}
