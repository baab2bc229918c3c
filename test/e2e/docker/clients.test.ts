// The clients in clients/ ask a served model, the way that their README says.
import { execFile } from "node:child_process";
import * as path from "node:path";
import { promisify, stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { heldOutPictures, type Picture } from "../../../cli/predict/pictures";
import { root } from "../../../cli/setup/folders";
import { debianTool } from "../../support/debianTool";
import { temporaryFolder, writeFiles } from "../../support/modelFolder";
import { pythonPackages } from "../../support/pythonPackages";
import { type RefusingFront, startRefusingFront } from "../../support/refusingFront";
import { pixelsOf } from "../../support/sampleRequests";
import { createStack, type TestStack } from "../../support/stack";

const clients = path.join(root, "clients");
const run = promisify(execFile);
const [restPort, grpcPort] = [18741, 18740];
const [picture]: Picture[] = heldOutPictures(root).slice(3);
// A release, and a client's waiting for one.
const refused = 2;

let stack: TestStack;
let front: RefusingFront;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  stack = await createStack("clients", {
    ...{ restPort, grpcPort, replicas: 1, notebook: "false" },
  });
  await stack.stack.up();
  front = await startRefusingFront(restPort, grpcPort);
  const packages = await pythonPackages("clients", path.join(clients, "python/requirements.txt"));
  env = { ...process.env, PYTHONPATH: packages, PROTOC: "python3 -m grpc_tools.protoc" };
});
afterAll(async () => {
  front?.close();
  await stack?.remove();
});

/** What a client says of the picture, asking the front, which refuses it twice. */
async function ask(folder: string, program: string, ...args: string[]): Promise<void> {
  front.refuse(refused);
  const options = { cwd: path.join(clients, folder), env };
  const { stdout } = await run(program, args, options).catch(
    (error: Error & { stdout: string }) => {
      throw new Error(`${error.message}\n${error.stdout}`); // Maven says there what is wrong.
    },
  );
  // Maven ends colours that it never began.
  expect(stripVTControlCharacters(stdout).trim()).toMatch(
    new RegExp(`^predicted class= ${picture.index} with confidence level of 0\\.\\d\\d$`),
  );
  expect(front.calls()).toBe(refused + 1);
}

const rest = () => [`${front.restUrl}/v1/models/my_model`, picture.file];
const grpc = () => [front.grpcAddress, "my_model", picture.file];

describe("a client whose first calls are refused answers with the picture's class:", () => {
  test.each(["rest.py", "rest_async.py"])("Python, %s", (file) =>
    ask("python", "python3", file, ...rest()),
  );
  test.each(["grpc_sync.py", "grpc_async.py"])("Python, %s", (file) =>
    ask("python", "python3", file, ...grpc()),
  );

  test("TypeScript over REST", () => ask("typescript", "npx", "tsx", "rest.ts", ...rest()));
  test("TypeScript over gRPC", () => ask("typescript", "npx", "tsx", "grpc.ts", ...grpc()));

  describe("Go", () => {
    beforeAll(async () => {
      debianTool("go", "golang-go");
      await run(path.join(clients, "go/generate.sh"), { env });
    });
    test("over REST", () => ask("go", "go", "run", "./rest", ...rest()));
    test("over gRPC", () => ask("go", "go", "run", "./grpc", ...grpc()));
  });

  describe("Java", () => {
    beforeAll(async () => {
      debianTool("javac", "default-jdk-headless");
      debianTool("mvn", "maven");
      await run("mvn", ["-q", "-B", "compile"], { cwd: path.join(clients, "java"), env });
    });
    const java = (name: string, args: string[]) => {
      const main = [`-Dexec.mainClass=${name}`, `-Dexec.args=${args.join(" ")}`];
      return ask("java", "mvn", "-q", "-B", "exec:java", ...main);
    };
    test("over REST", () => java("Rest", rest()));
    test("over gRPC", () => java("Grpc", grpc()));
  });

  test("curl", async () => {
    debianTool("curl", "curl");
    const folder = temporaryFolder();
    const body = JSON.stringify({ instances: [await pixelsOf(picture)] });
    writeFiles(folder, { "body.json": body });
    await ask("curl", "./rest.sh", rest()[0], path.join(folder, "body.json"));
  });
});
