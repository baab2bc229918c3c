import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { LocalWorkspace } from "@pulumi/pulumi/automation";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { modelStatus } from "../../../cli/predict/service";
import { root } from "../../../cli/setup/folders";
import { containers, docker, inspect } from "../../support/docker";
import { Registry, startRegistry } from "../../support/registry";
import { createStack, engineOptions, TestStack } from "../../support/stack";

// What Pulumi runs of a checkout.
const programFiles = [
  ...["index.ts", "program", "components"],
  ...["Pulumi.yaml", "package.json", "tsconfig.json"],
];

/**
 * The machine's balancer image in a registry that wants a login, and nowhere else.
 *
 * @param dockerConfig - folder of Docker's configuration, which gets the login
 */
function pushBalancer({ username, password }: Registry, name: string, dockerConfig: string): void {
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  const auths = { [name.split("/")[0]]: { auth } };
  fs.writeFileSync(path.join(dockerConfig, "config.json"), JSON.stringify({ auths }));
  docker("tag", inject("images").balancerImage, name);
  docker("--config", dockerConfig, "push", name);
  docker("rmi", name);
}

describe("a stack that pushes to a registry", () => {
  const dockerConfig = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-docker-"));
  // Another name of the same registry, for which the stack has no login of its own.
  const balancerImage = "localhost:15000/haproxy:1";
  let registry: Registry;
  let pushing: TestStack;
  let outputs: Record<string, { value: unknown }>;

  beforeAll(async () => {
    registry = await startRegistry(15000);
    pushBalancer(registry, balancerImage, dockerConfig);
    const settings = {
      ...{ restPort: "18511", grpcPort: "0", notebook: "false", replicas: "1" },
      // Absolute, so that every checkout has the same.
      modelFolder: path.join(root, "model/classifier"),
      ...{ registry: registry.address, registryUsername: registry.username },
      ...{ registryPlainHttp: "true", balancerImage },
    };
    pushing = await createStack("registry", settings, root, { DOCKER_CONFIG: dockerConfig });
    await pushing.stack.setConfig("tfserving:registryPassword", {
      value: registry.password,
      secret: true,
    });
    outputs = (await pushing.stack.up()).outputs;
  });
  afterAll(async () => {
    await pushing?.remove();
    await registry?.stop();
    docker("rmi", balancerImage);
    fs.rmSync(dockerConfig, { recursive: true });
  });

  test("names the image by the digest that the registry has", async () => {
    const [repository, digest] = String(outputs.image.value).split("@");
    expect(repository).toBe(`${registry.address}/tf_serving`);
    const login = Buffer.from(`${registry.username}:${registry.password}`).toString("base64");
    const answer = await fetch(`http://${registry.address}/v2/tf_serving/manifests/${digest}`, {
      headers: {
        authorization: `Basic ${login}`,
        accept: "application/vnd.docker.distribution.manifest.v2+json",
      },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("docker-content-digest")).toBe(digest);
  });

  test("runs its replica from the pushed digest", () => {
    const images = containers(pushing.label, "replica").map((id) => inspect(id).Config.Image);
    expect(images).toEqual([outputs.image.value]);
  });

  test("pulls a balancer behind a login with that of docker login", () => {
    const [balancer] = containers(pushing.label, "balancer");
    const { Id } = JSON.parse(docker("image", "inspect", "--format", "{{json .}}", balancerImage));
    expect(inspect(balancer).Image).toBe(Id);
  });

  test("serves", async () => {
    const [version] = await modelStatus(String(outputs.restUrl.value), "dev");
    expect(version.state).toBe("AVAILABLE");
  });

  test("keeps the password out of its state", () => {
    const state = pushing.stateOnDisk();
    expect(state).toContain(registry.username);
    expect(state.includes(registry.password)).toBe(false);
  });

  test("changes nothing in a second update", async () => {
    const { summary } = await pushing.stack.up();
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
  });

  test("changes nothing from a checkout that lies elsewhere", async () => {
    const top = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-checkout-"));
    try {
      const workDir = path.join(top, "deeper/down/project");
      for (const file of [...programFiles, `Pulumi.${pushing.stack.name}.yaml`]) {
        fs.cpSync(path.join(root, file), path.join(workDir, file), { recursive: true });
      }
      fs.symlinkSync(path.join(root, "node_modules"), path.join(workDir, "node_modules"), "dir");
      const { PULUMI_BACKEND_URL } = pushing.stack.workspace.envVars;
      const options = await engineOptions(PULUMI_BACKEND_URL.replace("file://", ""), {
        DOCKER_CONFIG: dockerConfig,
      });
      const elsewhere = { stackName: pushing.stack.name, workDir };
      const stack = await LocalWorkspace.selectStack(elsewhere, options);
      const { changeSummary } = await stack.preview();
      expect(Object.keys(changeSummary)).toEqual(["same"]);
    } finally {
      fs.rmSync(top, { recursive: true, force: true });
    }
  });

  test("replaces no replica of a stack whose record has the folder relative to a checkout", async () => {
    const replicas = containers(pushing.label, "replica");
    const recorded = JSON.stringify(await pushing.stack.exportStack());
    const folder = path.join(root, "model");
    const relative = recorded.replaceAll(
      `"context":"${folder}/`,
      `"context":"${path.relative(path.join(root, "elsewhere"), folder)}/`,
    );
    expect(relative).not.toBe(recorded);
    await pushing.stack.importStack(JSON.parse(relative));
    await pushing.stack.up();
    expect(containers(pushing.label, "replica")).toEqual(replicas);
  });
});
