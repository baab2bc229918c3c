// A layer on a Jupyter image, built by the real engine and a real pip.
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import names from "../../airgap/images/names.json";
import { imageEnvironment } from "../../components/core/engine/engine";
import { buildNotebook } from "../../components/core/image/notebookBuild";
import { jupyter, loopbackCommand } from "../../components/core/serving/notebook/jupyter";
import { noProxyEnvironment } from "../../components/core/serving/notebook/noProxy";
import { docker } from "../support/docker";
import { startServer } from "../support/fakeEngine";
import { until } from "../support/until";

const host = "unix:///var/run/docker.sock";
const label = "tfserving.test=notebook-image";
const addresses = { restUrl: "http://service:8501/v1/models/m", grpcAddress: "service:8500" };
const password = "pa55-of-the-index";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "notebook-image-"));
let wheel: string;
let asked: string[] = [];

beforeAll(() => {
  wheel = packWheel("reef_notes", "1.0", "DEPTH = 42\n");
});
afterEach(() => {
  vi.unstubAllEnvs();
  docker("ps", "-aq", "--filter", `label=${label}`)
    .split("\n")
    .filter((id) => id !== "")
    .forEach((id) => docker("rm", "-f", "-v", id));
});
afterAll(() => {
  docker("rmi", "-f", ...builtImages());
  fs.rmSync(folder, { recursive: true });
});

describe("the image of a notebook", () => {
  it("has packages from an index with a login, which is nowhere in it, and is built once", async () => {
    vi.stubEnv("PIP_EXTRA_INDEX_URL", await startIndex());
    const recipe = { baseImage: names.notebookImage, requirementsFile: requirements("reef-notes") };

    expect(await buildNotebook(host, image("packages"), recipe)).toBeUndefined();

    const program = "import reef_notes, jupytext; print(reef_notes.DEPTH)";
    expect(inside("packages", "python3", "-c", program)).toBe("42");
    expect(inside("packages", "id", "-u")).toBe("1000");
    const told = [
      docker("history", "--no-trunc", image("packages")),
      docker("inspect", image("packages")),
    ];
    expect(told.filter((text) => /pa55|PIP_/.test(text))).toEqual([]);
    const search = `grep -rl ${password} /etc /tmp /home /root /var /usr/local || true`;
    expect(inside("packages", "sh", "-c", `${search} 2>/dev/null`)).toBe("");
    asked = [];
    await buildNotebook(host, image("packages"), recipe);
    expect(asked).toEqual([]);
  });

  it("is refused in pip's words, where a package is not to be had", async () => {
    const requirementsFile = requirements("reef-notes==99");
    vi.stubEnv("PIP_INDEX_URL", await startIndex());
    const build = buildNotebook(host, image("refused"), {
      ...{ baseImage: names.notebookImage, requirementsFile },
    });
    await expect(build).rejects.toThrow(
      `${requirementsFile}: Could not find a version that satisfies the requirement reef-notes==99 ` +
        "(from versions: 1.0); No matching distribution found for reef-notes==99. " +
        "The notebook that runs is left as it is",
    );
    expect(docker("images", "-q", image("refused"))).toBe("");
  });

  it("goes without the extensions, where no index answers", async () => {
    vi.stubEnv("PIP_INDEX_URL", "http://127.0.0.1:9/simple");
    const recipe = { baseImage: names.notebookImage };
    expect(await buildNotebook(host, image("bare"), recipe)).toMatch(/No matching distribution/);
    expect(inside("bare", "jupyter", "lab", "--version")).toMatch(/^4\./);
  });
});

describe("a Jupyter image that is none of the Docker Stacks", () => {
  beforeAll(async () => {
    const recipe = [
      `FROM ${names.notebookImage}`,
      "USER 0",
      "RUN rm -rf /etc/jupyter /usr/local/bin/start* /home/jovyan",
      "ENV http_proxy=http://127.0.0.1:9 NO_PROXY=.reef.test",
      "HEALTHCHECK NONE",
      "ENTRYPOINT []",
    ];
    fs.writeFileSync(path.join(folder, "Dockerfile"), recipe.join("\n"));
    docker("build", "-t", image("other"), folder);
    await buildNotebook(host, image("other-layer"), { baseImage: image("other") });
  });

  it("starts healthy and as the notebook's user", async () => {
    const command = loopbackCommand(addresses);
    const id = docker(
      ...["run", "-d", "--label", label, "--user", "1000:100", "-v", jupyter.home],
      ...["-e", `HOME=${jupyter.home}`, "-w", jupyter.home],
      ...["--health-cmd", quoted(jupyter.healthCheck), "--health-interval", "1s"],
      ...[image("other-layer"), ...command],
    );
    const health = () => docker("inspect", "-f", "{{.State.Health.Status}}", id);
    await until("a healthy notebook", async () => health() === "healthy", 60_000);
    const environment = docker("exec", id, "sh", "-c", "tr '\\0' '\\n' < /proc/1/environ");
    const hosts = ".reef.test,localhost,127.0.0.1,service";
    expect(environment).toContain(`NO_PROXY=${hosts}`);
    expect(environment).toContain(`no_proxy=${hosts}`);
  });

  it("keeps the hosts that it reaches without a proxy", async () => {
    const ofImage = await imageEnvironment(host, image("other-layer"));
    const hosts = ".reef.test,localhost,127.0.0.1,service";
    expect(noProxyEnvironment(addresses, ofImage).NO_PROXY).toBe(hosts);
  });
});

function image(name: string): string {
  return `tfserving-test/notebook:${name}-${process.pid}`;
}

function builtImages(): string[] {
  return ["packages", "bare", "other-layer", "other"].map(image);
}

function inside(name: string, ...command: string[]): string {
  return docker("run", "--rm", "--label", label, image(name), ...command).trim();
}

function quoted(command: string[]): string {
  return command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
}

function requirements(text: string): string {
  const file = path.join(folder, "requirements.txt");
  fs.writeFileSync(file, `${text}\n`);
  return file;
}

async function startIndex(): Promise<string> {
  return `http://reader:${password}@127.0.0.1:${await startServer(answer)}/simple`;
}

/** An index of one package, for who logs in. */
function answer({ url = "", headers }: http.IncomingMessage, response: http.ServerResponse): void {
  asked.push(url);
  const login = Buffer.from(`reader:${password}`).toString("base64");
  const file = path.basename(wheel);
  if (headers.authorization !== `Basic ${login}`) {
    response.writeHead(401, { "www-authenticate": "Basic" }).end();
  } else if (url === "/simple/reef-notes/") {
    response.setHeader("content-type", "text/html");
    response.end(`<a href="/${file}">${file}</a>`);
  } else if (url === `/${file}`) {
    response.end(fs.readFileSync(wheel));
  } else {
    response.writeHead(404).end();
  }
}

function packWheel(name: string, version: string, module: string): string {
  const file = path.join(folder, `${name}-${version}-py3-none-any.whl`);
  const info = `${name}-${version}.dist-info`;
  const contents = {
    [`${name}.py`]: module,
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
    [`${info}/WHEEL`]: "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    [`${info}/RECORD`]: "",
  };
  const program = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as archive:
    for name, text in json.load(sys.stdin).items():
        archive.writestr(name, text)`;
  execFileSync("python3", ["-c", program, file], { input: JSON.stringify(contents) });
  return file;
}
