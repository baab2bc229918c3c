import { existsSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import {
  checkClientName,
  digitsOf,
  hashApiKey,
  makeApiKey,
  ownClients,
  verbNames,
} from "@tf-model-serving/core/facts";
import { type Client, clientsIn, type Rights, withKey, withoutKeys } from "../keys/stackKeys";
import { note, npmRun, say } from "../output/console";
import { Failure } from "../output/failure";
import { renderTable } from "../output/table";
import type { Mapping } from "../setup/stackConfig";
import type { Workspace } from "../setup/workspace";

interface KeyOptions {
  models?: unknown;
  verbs?: unknown;
  out?: unknown;
  hash?: unknown;
}

type KeyWorkspace = Pick<
  Workspace,
  "root" | "stack" | "stackFile" | "project" | "explicit" | "setting"
>;

const usage = "npm run key -- add NAME, revoke NAME, or list";
const shownDigits = 8;

/** Makes, revokes and lists the keys of clients, in the stack's file: `up` makes it so. */
export function key(
  workspace: KeyWorkspace,
  options: KeyOptions,
  [action, name, ...more]: string[],
): void {
  const actions: Record<string, (workspace: KeyWorkspace, name: string) => void> = {
    add: (...given) => add(...given, options),
    revoke: (...given) => revoke(...given, options.hash as string | undefined),
    list: show,
  };
  const act = actions[action];
  if (!act || more.length > 0 || (name === undefined) !== (act === show)) {
    throw new Failure(`"key ${[action, name, ...more].join(" ").trim()}" is no command.`, usage, 2);
  }
  if (workspace.setting("target") === "ecs") {
    throw new Failure(
      "On AWS the load balancer knows no keys.",
      "use tokens there: set auth.jwt (docs/how-to/authentication.md).",
    );
  }
  act(workspace, name);
}

function add(workspace: KeyWorkspace, name: string, options: KeyOptions): void {
  const [problem] = checkClientName(name, name);
  if (problem || (ownClients as readonly string[]).includes(name)) {
    const reason = problem?.reason ?? "is a client that the stack itself has: use another name";
    throw new Failure(`"${name}" ${reason}.`, usage, 2);
  }
  const rights = rightsOf(options);
  clientsOf(workspace);
  const { apiKeys, jwt } = (workspace.explicit("auth") ?? {}) as Mapping;
  const made = makeApiKey();
  const file = path.join(workspace.root, workspace.stackFile);
  const client = { name, hashes: [hashApiKey(made)], rights };
  const text = withKey(read(file), workspace.project, client);
  // Nobody has the key yet if one of these fails.
  if (options.out !== undefined) {
    writeOnce(path.resolve(workspace.root, String(options.out)), made);
  }
  writeFileSync(file, text);
  if (options.out === undefined) {
    say(made);
    note("key", `of ${name}, shown this once: only its hash is in ${workspace.stackFile}`);
  } else {
    note(
      "key",
      `of ${name}, in ${String(options.out)}: only its hash is in ${workspace.stackFile}`,
    );
  }
  if (apiKeys === undefined && jwt === undefined) {
    note("mind", "it is the first one: after the next up, whoever sends none is refused");
  }
  if (workspace.explicit("tls") === undefined && workspace.setting("target") !== "kubernetes") {
    note("mind", "without tls, whoever reads the traffic has it as well (docs/how-to/tls.md)");
  }
  note("next", `${npmRun("up", workspace.stack)}: from then on it is taken`);
}

function revoke(workspace: KeyWorkspace, name: string, prefix: string | undefined): void {
  const { stackFile, stack } = workspace;
  const clients = clientsOf(workspace);
  const hashes = clients.find((client) => client.name === name)?.hashes ?? [];
  const digits = prefix?.replace(/^sha256:/, "").toLowerCase() ?? "";
  const gone = hashes.filter((hash) => digitsOf(hash).startsWith(digits));
  const list = npmRun("key -- list", stack);
  if (hashes.length === 0) {
    throw new Failure(`${stackFile} has no key of a client ${name}.`, `${list} shows them.`);
  }
  if (gone.length === 0 || (prefix !== undefined && gone.length > 1)) {
    const what = gone.length === 0 ? "No key" : "More than one key";
    throw new Failure(`${what} of ${name} has a hash that begins with ${digits}.`, `see ${list}.`);
  }
  const file = path.join(workspace.root, stackFile);
  writeFileSync(file, withoutKeys(read(file), workspace.project, { name, hashes: gone }));
  const count = gone.length === 1 ? "1 key" : `${gone.length} keys`;
  note("revoked", `${count} of ${name}: ${gone.map(shownHash).join(", ")}`);
  if (keysOf(clients) === gone.length) {
    note(
      "mind",
      "no client has a key any more: only the stack's own are let in, and those with a token. " +
        `To let everyone in, remove auth from ${stackFile}`,
    );
  }
  note("next", `${npmRun("up", stack)}: until then it is still taken`);
}

function show(workspace: KeyWorkspace): void {
  const clients = clientsOf(workspace);
  if (clients.length === 0) {
    const open = workspace.explicit("auth") === undefined ? "nobody is asked for a key" : "no keys";
    say(`${workspace.stackFile} has no clients: ${open}.`);
    return;
  }
  const rows = clients.map(({ name, hashes, rights: { models, verbs } }) => [
    name,
    String(hashes.length),
    hashes.map(shownHash).join(" "),
    models?.join(",") ?? "all",
    verbs?.join(",") ?? "all",
  ]);
  renderTable(["CLIENT", "KEYS", "HASHES", "MODELS", "VERBS"], rows).forEach(say);
}

function rightsOf({ models, verbs }: KeyOptions): Rights {
  const rights = { models: namesIn(models), verbs: namesIn(verbs) };
  const unknown = rights.verbs?.find((verb) => !(verbNames as string[]).includes(verb));
  if (unknown !== undefined) {
    throw new Failure(`"${unknown}" is no verb.`, `use some of ${verbNames.join(", ")}.`, 2);
  }
  return rights;
}

function namesIn(given: unknown): string[] | undefined {
  return given === undefined ? undefined : String(given).split(",").filter(Boolean);
}

/** @throws Failure where the file's setting cannot be read */
function clientsOf({ explicit, stackFile, stack }: KeyWorkspace): Client[] {
  const clients = clientsIn(explicit("auth") ?? {});
  if (!clients) {
    throw new Failure(
      `The setting auth in ${stackFile} is no mapping, or encrypted as a whole.`,
      `take it out (${npmRun("pulumi -- config rm auth", stack)}): hashes of keys are no secrets.`,
    );
  }
  return clients;
}

function keysOf(clients: Client[]): number {
  return clients.reduce((sum, { hashes }) => sum + hashes.length, 0);
}

/** For its owner's eyes only. */
function writeOnce(file: string, text: string): void {
  try {
    writeFileSync(file, `${text}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    throw new Failure(
      `The key cannot be written: ${(error as Error).message}.`,
      "name a file that is not there yet; no key was made.",
    );
  }
}

/** What is no hash may be a key, and is not shown. */
function shownHash(hash: string): string {
  return hash.startsWith("sha256:") ? digitsOf(hash).slice(0, shownDigits) : "(no hash)";
}

function read(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
