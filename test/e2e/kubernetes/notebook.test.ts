import { spawn } from "node:child_process";
import * as fs from "node:fs";

import { beforeAll, describe, expect, it } from "vitest";

import names from "../../../airgap/images/names.json";
import { KubernetesNotebook, KubernetesNotebookArgs } from "@tf-model-serving/kubernetes";
import { type Cluster, sharedCluster } from "../../cluster/cluster";
import { restrictedNamespace } from "../../cluster/restricted";
import { type KubernetesObject, renderedObjects } from "../../support/kubernetesObjects";
import { repository } from "../../support/stackConfig";

// The notebook's pod on a real node: what its hardening leaves possible, and who reaches it.
const namespace = "research";
const localPort = 18887;
const token = "result-of-notebook-token";
const imageHere = names.notebookImage;
const notebooks = `${repository}/model/notebooks`;

let cluster: Cluster;
let image: string;

beforeAll(async () => {
  cluster = sharedCluster();
  image = cluster.push(imageHere, "notebook");
  cluster.apply(restrictedNamespace(namespace));
});

function objects(args: Partial<KubernetesNotebookArgs> = {}): Promise<KubernetesObject[]> {
  return renderedObjects(() => {
    new KubernetesNotebook("notebook", {
      namespace,
      image,
      modelServiceName: "flowers",
      serviceName: "lab",
      restUrl: "http://flowers:8501/v1/models/flowers",
      grpcAddress: "flowers:8500",
      modelName: "flowers",
      folder: notebooks,
      memoryMb: 1024,
      storageGb: 1,
      ...args,
    });
  });
}

function kubectl(...args: string[]): string {
  return cluster.kubectl("--namespace", namespace, ...args);
}

/** What a shell in the notebook prints. */
function inNotebook(script: string): string {
  return kubectl("exec", "lab-0", "--container=notebook", "--", "sh", "-c", script);
}

/** Starts the notebook as it is declared and waits until it answers. */
async function up(args: Partial<KubernetesNotebookArgs> = {}): Promise<void> {
  cluster.apply(...(await objects(args)));
  kubectl("rollout", "status", "statefulset/lab", "--timeout=110s");
}

const wheel = "/tmp/hello-1-py3-none-any.whl";

/** A package without what a package index would be asked for. */
const makeWheel = `
import zipfile
with zipfile.ZipFile("${wheel}", "w") as wheel:
    wheel.writestr("hello.py", "greeting = 1\\n")
    wheel.writestr("hello-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: hello\\nVersion: 1\\n")
    wheel.writestr("hello-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr("hello-1.dist-info/RECORD", "")
`;

describe("a notebook on a real cluster", () => {
  it("gets ready on a level that is enforced, and has its notebooks", async () => {
    await up();
    const own = fs.readdirSync(notebooks).filter((name) => !name.startsWith("."));
    expect(inNotebook("ls projectDir").split("\n").sort()).toEqual(own.sort());
  });

  it("answers through a forwarded port, to whoever has the token", async () => {
    const { program, kubeconfig } = cluster;
    const forward = spawn(program, [
      ...["--kubeconfig", kubeconfig, "--namespace", namespace],
      ...["port-forward", "service/lab", `${localPort}:8888`],
    ]);
    try {
      await new Promise((resolve, reject) => {
        forward.stdout.once("data", resolve);
        forward.once("exit", reject);
      });
      const status = async (query: string) =>
        (await fetch(`http://127.0.0.1:${localPort}/api/contents${query}`)).status;
      expect(await status(`?token=${token}`)).toBe(200);
      expect(await status("?token=guess")).toBe(403);
    } finally {
      forward.kill();
    }
  });

  it("listens to nobody else, whatever the network does", () => {
    const connect = (host: string) =>
      inNotebook(
        `python3 -c 'import socket; socket.create_connection(("${host}", 8888), 2)' 2>&1 ` +
          "&& echo open || echo closed",
      )
        .split("\n")
        .at(-1);
    expect(connect("127.0.0.1")).toBe("open");
    expect(connect("$(hostname -i)")).toBe("closed");
  });

  it("keeps its token out of its environment", () => {
    expect(inNotebook("env; cat /proc/1/environ | tr '\\0' '\\n'")).not.toContain(token);
    expect(inNotebook("cat $JUPYTER_TOKEN_FILE")).toBe(token);
  });

  it("installs packages where they stay, and writes nowhere else", async () => {
    inNotebook(`python3 - <<'PYTHON'\n${makeWheel}\nPYTHON`);
    expect(inNotebook(`pip install --no-index ${wheel} 2>&1`)).toContain("Successfully installed");
    expect(inNotebook("touch /usr/local/here 2>&1 || true")).toContain("Read-only file system");
    kubectl("delete", "pod", "lab-0");
    kubectl("rollout", "status", "statefulset/lab", "--timeout=110s");
    expect(inNotebook("python3 -c 'import hello; print(hello.__file__)'")).toMatch(
      /^\/home\/jovyan\/\.local\//,
    );
  });

  it("keeps what somebody changed when it is stopped and started again", async () => {
    inNotebook("echo mine > projectDir/client.ipynb && rm projectDir/train_and_export.ipynb");
    cluster.apply(...(await objects({ running: false })));
    kubectl("wait", "pod/lab-0", "--for=delete", "--timeout=60s");
    await up();
    expect(inNotebook("cat projectDir/client.ipynb")).toBe("mine");
    expect(inNotebook("ls projectDir")).toContain("train_and_export.ipynb");
  });

  it("finds its files after the stack was gone", async () => {
    const declared = await objects();
    for (const { kind, metadata } of declared) {
      kubectl("delete", kind, metadata.name, "--timeout=60s");
    }
    await up();
    expect(inNotebook("cat projectDir/client.ipynb")).toBe("mine");
  });
});
