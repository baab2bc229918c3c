// The pages of docs/reference/, from the docstrings of the packages' components.
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import type { Application, DeclarationReflection, Reflection } from "typedoc";
import { packages } from "../components/build";

const root = path.join(__dirname, "..");

/**
 * A page for each package, by path: the components, their arguments and outputs, and
 * what these are made of. Functions and values, which are the program's, are left out.
 *
 * @throws Error that names every public member without a docstring and every link that leads nowhere
 */
export async function referencePages(): Promise<Record<string, string>> {
  const typedoc = await import("typedoc");
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-reference-"));
  const entryPoints = packages.map((name) => path.join(root, "components", name, "index.ts"));
  const tsconfig = path.join(folder, "tsconfig.json");
  const settings = { extends: path.join(root, "tsconfig.json"), include: [], files: entryPoints };
  fs.writeFileSync(
    tsconfig,
    JSON.stringify({
      ...settings,
      compilerOptions: { rootDir: root, typeRoots: [path.join(root, "node_modules/@types")] },
    }),
  );
  try {
    const app = await typedoc.Application.bootstrapWithPlugins({
      ...{ entryPoints, tsconfig, basePath: root, readme: "none", skipErrorChecking: true },
      ...{ disableGit: true, gitRevision: "main", sourceLinkTemplate: "../../components/{path}" },
      ...{ excludeExternals: true, excludePrivate: true, excludeProtected: true },
      validation: { notExported: false, invalidLink: true, notDocumented: true },
      requiredToBeDocumented: ["Class", "Interface", "Property", "Method", "Enum", "EnumMember"],
      packagesRequiringDocumentation: packages.map((name) => `@tf-model-serving/${name}`),
      groupOrder: ["Classes", "Interfaces", "Enumerations"],
      logLevel: "Warn",
      plugin: ["typedoc-plugin-markdown", (app: Application) => onlyComponents(typedoc, app)],
      outputs: [{ name: "markdown", path: path.join(folder, "reference") }],
      ...pages,
    } as object);
    const problems: string[] = [];
    app.logger.log = (message, level) => {
      if (level >= typedoc.LogLevel.Warn) problems.push(message);
    };
    const project = await app.convert();
    if (project) app.validate(project);
    if (!project || problems.length > 0) {
      throw new Error(`the reference is not complete:\n${problems.join("\n")}`);
    }
    await app.generateOutputs(project);
    return read(path.join(folder, "reference"));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** Options of typedoc-plugin-markdown. */
const pages = {
  ...{ outputFileStrategy: "modules", entryFileName: "index", name: "Reference" },
  ...{ hidePageHeader: true, hideBreadcrumbs: true, useHTMLEncodedBrackets: false },
  ...{ interfacePropertiesFormat: "table", classPropertiesFormat: "table" },
  enumMembersFormat: "table",
  pageTitleTemplates: {
    module: ({ rawName }: { rawName: string }) => `@tf-model-serving/${rawName}`,
  },
  tableColumnSettings: {
    ...{ hideInherited: true, hideOverrides: true, hideModifiers: true, hideSources: true },
  },
};

/** Leaves the components, and all that their arguments and outputs are made of. */
function onlyComponents(typedoc: typeof import("typedoc"), app: Application): void {
  const { Converter, ReflectionKind, makeRecursiveVisitor } = typedoc;
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.children ?? []) module.name = path.basename(module.name);
    const kept = new Set<Reflection>();
    const visitor = makeRecursiveVisitor({ reference: ({ reflection }) => keep(reflection) });
    project.getReflectionsByKind(ReflectionKind.Class).filter(isComponent).forEach(keep);
    const members = (project.children ?? []).flatMap((module) => module.children ?? []);
    for (const member of members) {
      if (!kept.has(member)) project.removeReflection(member);
    }
    for (const constructor of project.getReflectionsByKind(ReflectionKind.Constructor)) {
      sayArguments(constructor as DeclarationReflection);
      project.removeReflection(constructor);
    }

    function keep(part: Reflection | undefined): void {
      if (!part || kept.has(part)) return;
      kept.add(part);
      const { type, extendedTypes = [] } = part as DeclarationReflection;
      [type, ...extendedTypes].forEach((one) => one?.visit(visitor));
      part.traverse((inner) => keep(inner));
    }
  });
}

function isComponent(member: Reflection): boolean {
  const { extendedTypes = [] } = member as DeclarationReflection;
  return extendedTypes.some((type) => /ComponentResource$/.test(type.toString()));
}

/** All constructors are alike but for their arguments. */
function sayArguments({ parent, signatures }: DeclarationReflection): void {
  const args = signatures?.[0].parameters?.[1].type;
  if (args?.type !== "reference") return;
  parent!.comment!.summary.push(
    { kind: "text", text: `\n\n\`new ${parent!.name}(name, args, opts)\` takes as \`args\`: ` },
    { kind: "inline-tag", tag: "@link", text: args.name, target: args.reflection },
    { kind: "text", text: "." },
  );
}

/** The pages; the index of them is docs/README.md. */
function read(folder: string): Record<string, string> {
  return Object.fromEntries(
    packages.map((name) => {
      const text = fs.readFileSync(path.join(folder, `${name}.md`), "utf8");
      return [`docs/reference/${name}.md`, plain(text)];
    }),
  );
}

/** Without what changes with every line of code, and what says nothing to a reader. */
function plain(page: string): string {
  return page
    .replace(/^(Defined in: \[.+?):\d+\]/gm, "$1]")
    .replace(/^#### (Extends|Extended by)\n\n(- .*\n)+\n/gm, "")
    .replace(/<a id="[^"]*"><\/a> /g, "")
    .replace(/\*\*Default\*\* (?:`- (.*?)`(?= |$)|- )/gm, "**Default** $1");
}
