// The commands, the notebook and the samples of clients call a service that wants a key, over TLS.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseEntry } from "../../../cli/accessLog/entry";
import { heldOutPictures } from "../../../cli/predict/pictures";
import { root } from "../../../cli/setup/folders";
import { containers, docker, inspect, logs } from "../../support/docker";
import { type CommandResult, predictedNames, runNpmCommand } from "../../support/npmCommand";
import { pythonPackages } from "../../support/pythonPackages";

const stack = "test-edge-clients";
const stackFile = path.join(root, `Pulumi.${stack}.yaml`);
const [restUrl, grpcAddress] = ["https://127.0.0.1:18821/v1/models/my_model", "127.0.0.1:18820"];
const key = `tfs_${"k".repeat(43)}`;
const hash = createHash("sha256").update(key).digest("hex");
const settings = `config:
  tfserving:replicas: 1
  tfserving:restPort: 18821
  tfserving:grpcPort: 18820
  tfserving:notebookPort: 18822
  tfserving:tls: { selfSigned: true }
  tfserving:auth: { apiKeys: { web: ["sha256:${hash}"] } }
`;
const [picture] = heldOutPictures(root);
const exec = promisify(execFile);

describe("the clients of a service that wants a key, over TLS", () => {
  let up: CommandResult;
  let folder: string;
  let notebook: string;
  let predictKey: string;

  beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-edge-"));
    fs.writeFileSync(stackFile, settings);
    up = run("up");
    const output = (name: string) =>
      run("pulumi", "stack", "output", name, "--show-secrets").output.trim();
    predictKey = output("predictKey");
    fs.writeFileSync(path.join(folder, "key"), `${key}\n`);
    fs.writeFileSync(path.join(folder, "ca.pem"), output("caCertificate"));
    [notebook] = containers(`tfserving/${stack}`, "notebook");
  });
  afterAll(() => {
    run("down", "--remove");
    fs.rmSync(stackFile, { force: true });
    fs.rmSync(folder, { recursive: true });
  });

  test("up and predict ask it with the key of the commands, which they show nowhere", () => {
    expect(up).toMatchObject({
      status: 0,
      output: expect.stringContaining(`REST       ${restUrl}`),
    });
    const { output, status } = run("predict");
    expect(predictedNames(output)).toEqual(heldOutPictures(root).map(({ name }) => name));
    expect(status).toBe(0);
    expect(predictKey).toMatch(/^tfs_[\w-]{43}$/);
    expect(up.output + output).not.toContain(predictKey);
  });

  test("the notebook asks it over REST and gRPC, with a key that is nowhere but in its file", () => {
    const executed = docker(
      ...["exec", "-w", "/home/jovyan/projectDir", notebook],
      ...["jupyter", "nbconvert", "--to", "markdown", "--execute", "--stdout", "client.ipynb"],
    );
    expect(executed).toContain("10 of 10 right");
    const own = docker("exec", notebook, "cat", "/run/tfserving/api-key");
    expect(own).toMatch(/^tfs_[\w-]{43}$/);
    const said = [JSON.stringify(inspect(notebook)), logs(notebook), executed];
    expect(said.map((text) => text.includes(own))).toEqual([false, false, false]);
  });

  describe("a sample", () => {
    let env: NodeJS.ProcessEnv;
    beforeAll(async () => {
      const python = path.join(root, "clients/python");
      const authority = path.join(folder, "ca.pem");
      env = {
        ...process.env,
        PYTHONPATH: await pythonPackages("clients", path.join(python, "requirements.txt")),
        TF_SERVING_API_KEY_FILE: path.join(folder, "key"),
        TF_SERVING_CA_FILE: authority,
        NODE_EXTRA_CA_CERTS: authority,
      };
    });

    test.each([
      ["python", "python3", "rest.py", restUrl],
      ["python", "python3", "rest_async.py", restUrl],
      ["python", "python3", "grpc_sync.py", grpcAddress, "my_model"],
      ["python", "python3", "grpc_async.py", grpcAddress, "my_model"],
      ["typescript", "npx", "tsx", "rest.ts", restUrl],
      ["typescript", "npx", "tsx", "grpc.ts", grpcAddress, "my_model"],
    ])("in %s, %s %s, asks it", async (language, program, ...args) => {
      const options = { cwd: path.join(root, "clients", language), env };
      const { stdout } = await exec(program, [...args, picture.file], options);
      expect(stdout).toContain(`predicted class= ${picture.index} with`);
    });
  });

  test("logs show who asked, and status counts it", async () => {
    const rejected = await exec("curl", ["-sk", "-w", " %{http_code}", restUrl]);
    expect(rejected.stdout).toMatch(/ 401$/);
    expect(run("logs", "balancer").output).toMatch(
      /notebook +grpc predict.* 200 [^]*-  +rest status my_model +401 refused: unauthenticated /,
    );
    const raw = run("logs", "balancer", "--raw", "--tail", "all").output.split("\n");
    const entries = raw.map(parseEntry).filter((entry) => entry !== undefined);
    const callers = entries.map(({ client }) => client).filter(Boolean);
    expect(new Set(callers)).toEqual(new Set(["predict", "notebook", "web"]));
    const answered = entries.filter(({ replica }) => replica !== "");
    const image = inspect(containers(`tfserving/${stack}`, "replica")[0]).Image;
    const tags = docker("image", "inspect", "--format", '{{join .RepoTags " "}}', image);
    const releases = new Set(answered.map(({ release }) => `tf_serving:${release}`));
    expect([...releases].map((one) => tags.split(" ").includes(one))).toEqual([true]);
    const { output } = run("status");
    expect(output).toMatch(/^notebook +40 +0 +0 +\d+ ms/m);
    expect(output).toMatch(/^web +6 +0 +0 /m);
    expect(output).toMatch(/^- +1 +0 +1 +- /m);
  });
});

function run(command: string, ...args: string[]): CommandResult {
  return runNpmCommand(command, stack, args);
}
