// npm run key: keys of clients in a stack's file.
import * as fs from "node:fs";
import * as path from "node:path";
import { hashApiKey } from "@tf-model-serving/core/facts";
import { beforeEach, describe, expect, it, type MockInstance, vi } from "vitest";
import { key } from "../../../cli/commands/key";
import { Failure } from "../../../cli/output/failure";
import { explicitSetting, readMapping } from "../../../cli/setup/stackConfig";
import { temporaryFolder } from "../../support/modelFolder";

let said: MockInstance;
let noted: MockInstance;

beforeEach(() => {
  said = vi.spyOn(console, "log").mockImplementation(() => {});
  noted = vi.spyOn(console, "error").mockImplementation(() => {});
});

const linesOf = (mock: MockInstance) => mock.mock.calls.flat().map(String);
const hash = (letter: string) => `sha256:${letter.repeat(64)}`;

/** A stack's file, and the command on it. */
function stackWith(text: string, target = "docker") {
  const root = temporaryFolder();
  const file = path.join(root, "Pulumi.dev.yaml");
  fs.writeFileSync(file, text);
  const project = { name: "tfserving" };
  const own = () => readMapping(fs.readFileSync(file, "utf8"), "Pulumi.dev.yaml");
  const run = (words: string[], options = {}) =>
    key(
      {
        ...{ root, stack: "dev", stackFile: "Pulumi.dev.yaml", project },
        explicit: (name) => explicitSetting(project, own(), name),
        setting: () => target,
      },
      options,
      words,
    );
  const auth = () => explicitSetting(project, own(), "auth") as Record<string, never>;
  return { root, run, auth, text: () => fs.readFileSync(file, "utf8") };
}

/** What a refusal says, and that the file is as it was. */
function refusal(text: string, words: string[], options = {}, target = "docker"): string {
  const stack = stackWith(text, target);
  const act = () => stack.run(words, options);
  expect(act).toThrow(Failure);
  expect(stack.text()).toBe(text);
  try {
    act();
  } catch (error) {
    return `${(error as Failure).message} ${(error as Failure).advice}`;
  }
  throw new Error("nothing was refused");
}

const two = `# the zoo
config:
  tfserving:replicas: 2 # as many as cages
  tfserving:auth:
    # who may call
    apiKeys:
      # the aviary
      birds:
        - ${hash("a")} # in use
        - ${hash("b")}
      fish: [ '${hash("c")}' ]
    clients:
      fish: { models: [ my_model ] }
`;

describe("npm run key -- add", () => {
  it("shows a key on stdout, alone, and stores its hash only", () => {
    const stack = stackWith("config: {}\n");
    stack.run(["add", "birds"]);
    const [made, ...more] = linesOf(said);
    expect(made).toMatch(/^tfs_[A-Za-z0-9_-]{43}$/);
    expect(more).toEqual([]);
    expect(stack.text()).toBe(
      `config:\n  tfserving:auth:\n    apiKeys:\n      birds:\n        - ${hashApiKey(made)}\n`,
    );
    expect(linesOf(noted).join("\n")).not.toContain(made);
    expect(linesOf(noted)).toEqual([
      "key        of birds, shown this once: only its hash is in Pulumi.dev.yaml",
      "mind       it is the first one: after the next up, whoever sends none is refused",
      "mind       without tls, whoever reads the traffic has it as well (docs/how-to/tls.md)",
      "next       npm run up: from then on it is taken",
    ]);
  });

  it("adds a key beside those that are there, and keeps comments and all else", () => {
    const stack = stackWith(two);
    stack.run(["add", "birds"]);
    const own = hashApiKey(linesOf(said)[0]);
    expect(stack.text()).toBe(
      two.replace(`- ${hash("b")}\n`, `- ${hash("b")}\n        - ${own}\n`),
    );
  });

  it("gives rights where they are asked for", () => {
    const stack = stackWith(two);
    stack.run(["add", "cats"], { models: "my_model,birds", verbs: "predict" });
    expect(stack.auth().clients).toEqual({
      fish: { models: ["my_model"] },
      cats: { models: ["my_model", "birds"], verbs: ["predict"] },
    });
  });

  it.each(["", "config:\n", "config:\n  tfserving:auth:\n", "config:\n  tfserving:auth: {}\n"])(
    "begins in a file that has nothing yet: %j",
    (text) => {
      const stack = stackWith(text);
      stack.run(["add", "birds"]);
      expect(stack.auth().apiKeys).toEqual({ birds: [hashApiKey(linesOf(said)[0])] });
    },
  );

  it("writes the key into a new file for its owner, and shows it nowhere", () => {
    const stack = stackWith(two);
    stack.run(["add", "cats"], { out: "cats.key" });
    const file = path.join(stack.root, "cats.key");
    const made = fs.readFileSync(file, "utf8").trim();
    expect(stack.auth().apiKeys).toMatchObject({ cats: [hashApiKey(made)] });
    expect(said).not.toHaveBeenCalled();
    expect(linesOf(noted).join("\n")).not.toContain(made);
    if (process.platform !== "win32") {
      expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    }
  });

  it.each<[string, string[], object, string | undefined, string]>([
    ["no name", ["add"], {}, undefined, '"key add" is no command. npm run key -- add NAME'],
    ["another action", ["make", "a"], {}, undefined, '"key make a" is no command.'],
    ["two names", ["add", "a", "b"], {}, undefined, '"key add a b" is no command.'],
    ["a bad name", ["add", "Birds"], {}, undefined, '"Birds" is no name for a client'],
    ["a name of the stack's own", ["add", "notebook"], {}, undefined, "use another name"],
    ["an unknown verb", ["add", "a"], { verbs: "guess" }, undefined, '"guess" is no verb.'],
    ["a file that is there", ["add", "a"], { out: "." }, undefined, "no key was made"],
    ["AWS", ["add", "a"], {}, "ecs", "set auth.jwt"],
  ])("is refused with %s", (_, words, options, target, message) => {
    expect(refusal(two, words, options, target)).toContain(message);
    expect(said).not.toHaveBeenCalled();
  });

  it("is refused where the setting is encrypted as a whole", () => {
    const text = "config:\n  tfserving:auth:\n    secure: v1:abc\n";
    expect(refusal(text, ["add", "a"])).toContain("npm run pulumi -- config rm auth");
  });

  it("is refused where a client is in the file twice", () => {
    const text = two.replace("fish:", "birds:");
    expect(refusal(text, ["add", "a"])).toContain("Map keys must be unique");
  });
});

describe("npm run key -- revoke", () => {
  it("removes one key by its hash", () => {
    const stack = stackWith(two);
    stack.run(["revoke", "birds"], { hash: "sha256:AA" });
    expect(stack.auth().apiKeys).toEqual({ birds: [hash("b")], fish: [hash("c")] });
    expect(stack.text()).toContain("# the aviary");
    expect(linesOf(noted)).toEqual([
      "revoked    1 key of birds: aaaaaaaa",
      "next       npm run up: until then it is still taken",
    ]);
  });

  it("removes a client with its rights once it has no key", () => {
    const stack = stackWith(two);
    stack.run(["revoke", "fish"]);
    expect(stack.auth()).toEqual({ apiKeys: { birds: [hash("a"), hash("b")] } });
  });

  it("leaves rights that a token may need", () => {
    const stack = stackWith(`${two}    jwt: { issuer: a, audience: b, jwks: keys.json }\n`);
    stack.run(["revoke", "fish"]);
    expect(stack.auth().clients).toEqual({ fish: { models: ["my_model"] } });
  });

  it("closes the service, and does not open it, with the last key", () => {
    const stack = stackWith(two);
    stack.run(["revoke", "birds"]);
    stack.run(["revoke", "fish"]);
    expect(stack.auth()).toEqual({ apiKeys: {} });
    expect(linesOf(noted)).toContain(
      "mind       no client has a key any more: only the stack's own are let in, and those with " +
        "a token. To let everyone in, remove auth from Pulumi.dev.yaml",
    );
  });

  it.each<[string, string[], object, string]>([
    [
      "a client that is not there",
      ["revoke", "cats"],
      {},
      "Pulumi.dev.yaml has no key of a client cats. npm run key -- list",
    ],
    [
      "another hash",
      ["revoke", "birds"],
      { hash: "c" },
      "No key of birds has a hash that begins with c.",
    ],
    ["an empty hash", ["revoke", "birds"], { hash: "" }, "More than one key of birds"],
  ])("is refused with %s", (_, words, options, message) => {
    expect(refusal(two, words, options)).toContain(message);
  });
});

describe("npm run key -- list", () => {
  it("shows clients, the beginning of each hash and rights, and nothing that may be a key", () => {
    const leaked = "tfs_abcdefghijklmnopqrstuvwxyz0123456789_-ABCDE";
    const stack = stackWith(
      two.replace(hash("c"), leaked) + "      token: { verbs: [predict, status] }\n",
    );
    stack.run(["list"]);
    expect(linesOf(said)).toEqual([
      "CLIENT  KEYS  HASHES             MODELS    VERBS",
      "birds   2     aaaaaaaa bbbbbbbb  all       all",
      "fish    1     (no hash)          my_model  all",
      "token   0                        all       predict,status",
    ]);
  });

  it.each([
    ["config: {}\n", "Pulumi.dev.yaml has no clients: nobody is asked for a key."],
    ["config:\n  tfserving:auth:\n    apiKeys: {}\n", "Pulumi.dev.yaml has no clients: no keys."],
  ])("tells whether callers are asked: %j", (text, line) => {
    stackWith(text).run(["list"]);
    expect(linesOf(said)).toEqual([line]);
  });
});
