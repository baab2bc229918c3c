// Pushes to a real registry by a real engine.
import { execFileSync } from "node:child_process";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { defaultDockerHost } from "../../components/core/engine/dockerContext";
import { type Push, pushMissing } from "../../components/core/image/pushMissing";
import { docker } from "../support/docker";
import { type Registry, startRegistry } from "../support/registry";

const one = "tfserving-test/push:one";
const other = "tfserving-test/push:other";
const host = process.env.DOCKER_HOST || defaultDockerHost;

let registry: Registry;

beforeAll(async () => {
  registry = await startRegistry(23110);
  imageOf("one", one);
  imageOf("other", other);
});

afterAll(async () => {
  const pushed = docker("images", "-q", "--filter", `reference=${registry?.address}/*`);
  const ids = [...new Set(pushed.split("\n").filter(Boolean))];
  docker("rmi", "-f", one, other, ...ids);
  await registry?.stop();
});

/** An image with one file in it. */
function imageOf(content: string, name: string): void {
  const script = 'd=$(mktemp -d) && echo "$0" > $d/file && tar -C $d -c . | docker import - "$1"';
  execFileSync("sh", ["-c", script, content, name], { stdio: "pipe" });
}

function push(target: string, change: Partial<Push> = {}): Promise<boolean> {
  return pushMissing({
    host,
    source: one,
    target: `${registry.address}/${target}`,
    registryUrl: `http://${registry.address}`,
    username: registry.username,
    password: registry.password,
    ...change,
  });
}

/** The digest that the registry has for a tag; undefined where it has none. */
async function digest(target: string): Promise<string | undefined> {
  const [repository, tag] = target.split(":");
  const login = Buffer.from(`${registry.username}:${registry.password}`).toString("base64");
  const answer = await fetch(`http://${registry.address}/v2/${repository}/manifests/${tag}`, {
    headers: {
      authorization: `Basic ${login}`,
      accept: "application/vnd.docker.distribution.manifest.v2+json",
    },
  });
  return answer.headers.get("docker-content-digest") ?? undefined;
}

describe("a push of what is missing", () => {
  it("gives the registry the image, whose engine knows it by that digest", async () => {
    expect(await push("team/first:1")).toBe(true);
    const pushed = await digest("team/first:1");
    expect(docker("inspect", "-f", '{{join .RepoDigests " "}}', one)).toContain(
      `${registry.address}/team/first@${pushed}`,
    );
  });

  it("leaves a tag that is there where it is, and does not even ask the engine", async () => {
    await push("second:1");
    const before = await digest("second:1");
    expect(await push("second:1", { source: other, host: "tcp://127.0.0.1:1" })).toBe(false);
    expect(await digest("second:1")).toBe(before);
  });

  it("pushes the same content under another tag", async () => {
    await push("third:1");
    expect(await push("third:2")).toBe(true);
    expect(await digest("third:2")).toBe(await digest("third:1"));
  });

  it("says which status a wrong login has, and not the login", async () => {
    const failed = push("fourth:1", { password: "lovelace" });
    await expect(failed).rejects.toThrow(
      `The registry answered 401 when it was asked for ${registry.address}/fourth:1`,
    );
    await expect(failed).rejects.not.toThrow("lovelace");
  });

  it("says so when the engine has no such image", async () => {
    await expect(push("fifth:1", { source: "tfserving-test/push:none" })).rejects.toThrow(
      /[Nn]o such image/,
    );
  });

  it("passes on why the engine could not push", async () => {
    const refused = push("sixth:1", { target: "127.0.0.1:1/sixth:1" });
    await expect(refused).rejects.toThrow(/127\.0\.0\.1:1\/sixth:1 could not be pushed: .*refused/);
  });
});
