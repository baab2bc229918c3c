// @ts-check
// Lets this process load TypeScript without a build: the engine starts the provider by itself, on
// every Node.js that the project supports. Types are checked by `npm run lint`.
/* eslint-disable @typescript-eslint/no-require-imports -- it is what lets others import */
"use strict";
const fs = require("node:fs");
const ts = require("typescript");

/** @param {any} module @param {string} file */
const load = (module, file) => {
  const { outputText } = ts.transpileModule(fs.readFileSync(file, "utf8"), {
    fileName: file,
    compilerOptions: {
      // Leaves `import()` as it is, which loads ES modules.
      module: ts.ModuleKind.Node16,
      target: ts.ScriptTarget.ES2022,
      esModuleInterop: true,
      inlineSourceMap: true,
    },
  });
  module._compile(outputText, file);
};
require.extensions[".ts"] = load;
