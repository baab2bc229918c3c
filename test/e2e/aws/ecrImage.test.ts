import { execFileSync } from "child_process";
import * as path from "path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { docker } from "../../support/docker";
import { Registry, startRegistry } from "../../support/registry";
import { createStack, TestStack } from "../../support/stack";

const project = path.join(__dirname, "ecrImage");
const one = "tfserving-test/ecr:one";
const other = "tfserving-test/ecr:other";

/** The registry takes a tag that is there; whether it was pushed again shows in what it names. */
describe("an image that is pushed to ECR", () => {
  let registry: Registry;
  let first: TestStack;
  let second: TestStack | undefined;
  let reference: string;

  beforeAll(async () => {
    registry = await startRegistry(23120);
    contentOf(one, "one");
    contentOf(other, "other");
    first = await open("ecr-first");
    reference = await up(first);
  });
  afterAll(async () => {
    await second?.remove();
    await first?.remove();
    const pushed = docker("images", "-q", "--filter", `reference=${registry?.address}/*`);
    docker("rmi", "-f", one, other, ...new Set(pushed.split("\n").filter(Boolean)));
    await registry?.stop();
  });

  /** Makes an image with one file in it. */
  function contentOf(name: string, content: string): void {
    const script = 'd=$(mktemp -d) && echo "$0" > $d/file && tar -C $d -c . | docker import - "$1"';
    execFileSync("sh", ["-c", script, content, name], { stdio: "pipe" });
  }

  async function open(name: string): Promise<TestStack> {
    const config = { registry: registry.address, userName: registry.username, image: one };
    const opened = await createStack(name, config, project);
    Object.assign(opened.stack.workspace.envVars, {
      REGISTRY_URL: `http://${registry.address}`,
      REGISTRY_LOGIN: `${registry.username}:${registry.password}`,
    });
    useLogin(opened, registry.password);
    return opened;
  }

  function useLogin({ stack }: TestStack, password: string): void {
    Object.assign(stack.workspace.envVars, { REGISTRY_PASSWORD: password });
  }

  async function up({ stack }: TestStack): Promise<string> {
    return String((await stack.up()).outputs.reference.value);
  }

  test("is named by the digest that the registry has", () => {
    expect(docker("inspect", "-f", '{{join .RepoDigests " "}}', one)).toContain(reference);
  });

  test("leaves nothing of the login in the state", () => {
    expect(first.stateOnDisk()).toContain(reference);
    expect(first.stateOnDisk().includes(registry.password)).toBe(false);
  });

  test("stays as it is when the login of then has ended: refreshed, and in a further update", async () => {
    useLogin(first, "ended");
    await first.stack.refresh();
    const { summary, outputs } = await first.stack.up();
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
    expect(outputs.reference.value).toBe(reference);
    useLogin(first, registry.password);
  });

  test("is not pushed by another stack whose build of that content differs", async () => {
    contentOf(one, "one, built elsewhere");
    second = await open("ecr-second");
    expect(await up(second)).toBe(reference);
  });

  test("fails the update when it cannot be pushed, and is pushed by the next one", async () => {
    await first.stack.setConfig("image", { value: other });
    useLogin(first, "wrong");
    await expect(first.stack.up()).rejects.toThrow("The registry answered 401");
    useLogin(first, registry.password);
    const next = await up(first);
    expect(next).not.toBe(reference);
    expect(docker("inspect", "-f", '{{join .RepoDigests " "}}', other)).toContain(next);
  });
});
