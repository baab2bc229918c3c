import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";

import { KubernetesNotebook, KubernetesNotebookArgs } from "../../../components";
import { VolumeAccessMode } from "../../../components/kubernetes/notebook/kubernetesNotebookArgs";
import { rendered } from "../../support/rendered";
import {
  isKnown,
  problemsOf,
  promiseOf,
  type Recording,
  secret,
  settle,
  startMocks,
  unknown,
  urn,
} from "../../support/mocks";
import { annotations, cluster } from "./kubernetesEdges";

const statefulSet = "kubernetes:apps/v1:StatefulSet";
const tokenSecret = "kubernetes:core/v1:Secret";
const configMap = "kubernetes:core/v1:ConfigMap";
const networkPolicy = "kubernetes:networking.k8s.io/v1:NetworkPolicy";

const required: KubernetesNotebookArgs = {
  namespace: "models",
  modelServiceName: "flowers",
  restUrl: "http://flowers.models.svc.cluster.local:8501/v1/models/flowers",
  grpcAddress: "flowers.models.svc.cluster.local:8500",
  modelName: "flowers",
};

const selector = {
  "app.kubernetes.io/name": "jupyter",
  "app.kubernetes.io/instance": "flowers-notebook",
  "app.kubernetes.io/component": "notebook",
};
const labels = {
  ...selector,
  "app.kubernetes.io/part-of": "tfserving",
  "app.kubernetes.io/managed-by": "pulumi",
  "tfserving.stack": "tfserving.dev",
};
const dns = {
  to: [{ namespaceSelector: {} }, { ipBlock: { cidr: "169.254.20.10/32" } }],
  ports: [
    { protocol: "UDP", port: 53 },
    { protocol: "TCP", port: 53 },
  ],
};
const model = {
  to: [
    {
      podSelector: {
        matchLabels: {
          "app.kubernetes.io/name": "tensorflow-serving",
          "app.kubernetes.io/instance": "flowers",
          "app.kubernetes.io/component": "balancer",
        },
      },
    },
  ],
  ports: [
    { protocol: "TCP", port: 8500 },
    { protocol: "TCP", port: 8501 },
  ],
};

let recording: Recording;

beforeEach(async () => {
  recording = await startMocks();
});

async function create(args: Partial<KubernetesNotebookArgs> = {}): Promise<KubernetesNotebook> {
  const notebook = new KubernetesNotebook("notebook", { ...required, ...args });
  await settle();
  return notebook;
}

interface Set {
  replicas: number;
  persistentVolumeClaimRetentionPolicy: object;
  volumeClaimTemplates: { metadata: object; spec: object }[];
  template: { spec: Pod };
}

interface Pod {
  containers: Record<string, unknown>[];
  initContainers?: Record<string, unknown>[];
  volumes: object[];
}

function set(): Set {
  return recording.find(statefulSet).inputs.spec as Set;
}

function pod(): Pod {
  return set().template.spec;
}

/** A folder with these files. */
function folderOf(files: Record<string, string | Buffer>): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "notebooks-"));
  onTestFinished(() => fs.rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    fs.mkdirSync(path.join(folder, path.dirname(name)), { recursive: true });
    fs.writeFileSync(path.join(folder, name), content);
  }
  return folder;
}

describe("the objects of a notebook on Kubernetes", () => {
  it("are a hardened pod that listens to itself only, and what it needs", async () => {
    await create();
    expect(recording.find(statefulSet).parent).toBe(
      urn("tfserving:index:KubernetesNotebook", "notebook"),
    );
    await expect(rendered(recording.resources, "kubernetes")).toMatchFileSnapshot(
      "snapshots/notebook.yaml",
    );
  });
});

describe("the StatefulSet of a notebook on Kubernetes", () => {
  it("finds its files again: it keeps its name, and its volume is made once", async () => {
    await create();
    expect(recording.find(statefulSet)).toMatchObject({
      deleteBeforeReplace: true,
      ignoreChanges: ["spec.volumeClaimTemplates"],
    });
  });

  it("is stopped by a flag, and its files stay", async () => {
    const { portForwardCommand } = await create({ running: false });
    expect(set().replicas).toBe(0);
    expect(set().persistentVolumeClaimRetentionPolicy).toMatchObject({ whenScaled: "Retain" });
    expect(await promiseOf(portForwardCommand)).toBe("");
  });

  it("has the volume that is asked for", async () => {
    await create({
      storageGb: 50,
      storageClass: "fast",
      accessMode: VolumeAccessMode.ReadWriteMany,
      retainOnDestroy: false,
    });
    expect(set().volumeClaimTemplates[0].spec).toEqual({
      accessModes: ["ReadWriteMany"],
      storageClassName: "fast",
      resources: { requests: { storage: "50Gi" } },
    });
    expect(set().persistentVolumeClaimRetentionPolicy).toEqual({
      whenDeleted: "Delete",
      whenScaled: "Retain",
    });
  });

  it("runs where it is told to", async () => {
    await create({
      gpus: 1,
      runtimeClass: "nvidia",
      nodeSelector: { pool: "gpu" },
      tolerations: [{ key: "team", operator: "Exists" }],
      priorityClass: "research",
      imagePullSecrets: ["registry"],
      cpus: 1.5,
      reservedCpus: 1,
    });
    expect(pod()).toMatchObject({
      runtimeClassName: "nvidia",
      nodeSelector: { pool: "gpu" },
      tolerations: [
        { key: "team", operator: "Exists" },
        { key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" },
      ],
      priorityClassName: "research",
      imagePullSecrets: [{ name: "registry" }],
    });
    expect(pod().containers[0].resources).toEqual({
      requests: { cpu: "1", memory: "4Gi", "nvidia.com/gpu": "1" },
      limits: { cpu: "1500m", memory: "4Gi", "nvidia.com/gpu": "1" },
    });
  });
});

describe("the token of a notebook on Kubernetes", () => {
  it("is in a Secret of its own, and in nothing else but the secret URL", async () => {
    const { url } = await create({ localPort: 9999 });
    const token = Buffer.from("result-of-notebook-token").toString("base64");
    expect(recording.find(tokenSecret).inputs.data).toEqual(secret({ token }));
    expect(JSON.stringify(recording.find(statefulSet).inputs)).not.toContain("result-of");
    expect(await pulumi.isSecret(url)).toBe(true);
    expect(await promiseOf(url)).toBe("http://127.0.0.1:9999/lab?token=result-of-notebook-token");
  });

  it("is unknown in a preview, and secret all the same", async () => {
    recording = await startMocks({ preview: true });
    const notebook = await create();
    expect(await isKnown(notebook.url)).toBe(false);
    expect(await pulumi.isSecret(notebook.url)).toBe(true);
    expect(recording.find(tokenSecret).inputs.data).toBe(unknown);
  });
});

describe("the way to a notebook on Kubernetes", () => {
  it.each<[string, Partial<KubernetesNotebookArgs>, string]>([
    [
      "kubectl's own cluster",
      {},
      "kubectl --namespace models port-forward service/flowers-notebook 8888:8888",
    ],
    [
      "a context",
      { cluster, serviceName: "lab", localPort: 9999 },
      "kubectl --context models --namespace models port-forward service/lab 9999:8888",
    ],
    [
      "a kubeconfig",
      { cluster: { ...cluster, kubeconfig: "/home/me/my config", context: undefined } },
      "kubectl --kubeconfig '/home/me/my config' --namespace models " +
        "port-forward service/flowers-notebook 8888:8888",
    ],
    [
      "a kubeconfig's content",
      { cluster: { ...cluster, kubeconfig: "apiVersion: v1\nkind: Config\n" } },
      "kubectl --context models --namespace models port-forward service/flowers-notebook 8888:8888",
    ],
  ])("is a port forwarded by %s", async (_, args, command) => {
    const { portForwardCommand } = await create(args);
    expect(await promiseOf(portForwardCommand)).toBe(command);
  });

  it("leads to a mirror instead of the internet", async () => {
    await create({ internet: false, httpsCidrs: ["10.20.0.0/16"] });
    expect(recording.find(networkPolicy).inputs.spec).toMatchObject({
      egress: [
        dns,
        model,
        {
          to: [{ ipBlock: { cidr: "10.20.0.0/16" } }],
          ports: [{ protocol: "TCP", port: 443 }],
        },
      ],
    });
  });

  it("leads to the model only where nothing else is wanted", async () => {
    await create({ internet: false });
    expect(recording.find(networkPolicy).inputs.spec).toMatchObject({ egress: [dns, model] });
  });

  it("has no policy where none is wanted", async () => {
    await create({ policies: false });
    expect(recording.resources.some(({ type }) => type === networkPolicy)).toBe(false);
  });
});

describe("the files of a notebook on Kubernetes", () => {
  it("are copied into its home folder where they are not there yet", async () => {
    const folder = folderOf({
      "client.ipynb": "{}",
      "pictures of/Nassarius speciosus.png": Buffer.from([0x89, 0x50, 0xff]),
      ".ipynb_checkpoints/client.ipynb": "old",
    });
    await create({ folder });
    expect(recording.find(configMap).inputs).toEqual({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace: "models", labels, annotations },
      immutable: true,
      data: { "client.ipynb": "{}" },
      binaryData: { "pictures_20of_2fNassarius_20speciosus.png": "iVD/" },
    });
    expect(pod().volumes).toContainEqual({
      name: "notebooks",
      configMap: {
        name: "notebook-notebooks-1a2b3c4d",
        items: [
          { key: "client.ipynb", path: "client.ipynb" },
          {
            key: "pictures_20of_2fNassarius_20speciosus.png",
            path: "pictures of/Nassarius speciosus.png",
          },
        ],
      },
    });
    expect(pod().initContainers).toMatchObject([
      {
        name: "copy-notebooks",
        args: ["client.ipynb", "pictures of/Nassarius speciosus.png"],
        workingDir: "/run/tfserving/notebooks",
        securityContext: { readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
        volumeMounts: [
          { name: "home", mountPath: "/home/jovyan" },
          { name: "notebooks", mountPath: "/run/tfserving/notebooks", readOnly: true },
        ],
      },
    ]);
  });

  it("can be data that it only reads", async () => {
    await create({ dataFolder: folderOf({ "class_names.txt": "a\nb\n" }) });
    expect(recording.find(configMap).inputs).not.toHaveProperty("binaryData");
    expect(pod().initContainers).toBeUndefined();
    expect(pod().containers[0].env).toContainEqual({
      name: "MODEL_DIR",
      value: "/home/jovyan/model",
    });
    expect(pod().containers[0].volumeMounts).toContainEqual({
      name: "data",
      mountPath: "/home/jovyan/model",
      readOnly: true,
    });
    expect(pod().volumes).toContainEqual({
      name: "data",
      configMap: {
        name: "notebook-data-1a2b3c4d",
        items: [{ key: "class_5fnames.txt", path: "class_names.txt" }],
      },
    });
  });

  it.each<[string, Record<string, string | Buffer>, string]>([
    ["more than a ConfigMap holds", { big: Buffer.alloc(2 ** 20) }, "1048576"],
    ["no file", { ".hidden": "" }, "no file"],
    ["a path that is too long", { [`${"a".repeat(200)}/${"b".repeat(60)}`]: "" }, "too long"],
  ])("are refused with %s", (_, files, part) => {
    const args = { ...required, folder: folderOf(files) };
    const problems = problemsOf(() => new KubernetesNotebook("notebook", args));
    expect(problems).toEqual([{ propertyPath: "folder", reason: expect.stringContaining(part) }]);
  });
});

describe("a notebook on Kubernetes", () => {
  it("has its own labels and the caller's on everything", async () => {
    await create({ labels: { team: "vision" }, folder: folderOf({ a: "b" }) });
    for (const { type, name, inputs } of recording.resources) {
      if (type.startsWith("kubernetes:")) {
        expect(inputs.metadata, `${type} ${name}`).toMatchObject({
          labels: { ...labels, team: "vision" },
        });
      }
    }
    expect(set().template).toMatchObject({ metadata: { labels: { team: "vision" } } });
  });

  it.each<[string, Partial<KubernetesNotebookArgs>, string]>([
    ["a name that is too long", { serviceName: "n".repeat(53) }, "serviceName"],
    ["a name with capitals", { serviceName: "Lab" }, "serviceName"],
    ["no CPU", { cpus: 0, reservedCpus: 0 }, "cpus"],
    ["more CPUs reserved than there are", { cpus: 1, reservedCpus: 2 }, "reservedCpus"],
    ["hardly any memory", { memoryMb: 1 }, "memoryMb"],
    ["half a GPU", { gpus: 0.5 }, "gpus"],
    ["no storage", { storageGb: 0 }, "storageGb"],
    ["a port that is none", { localPort: 0 }, "localPort"],
    ["a mode that is none", { accessMode: "RWO" as VolumeAccessMode }, "accessMode"],
    ["a folder that is not there", { folder: "/nowhere" }, "folder"],
    ["data that are not there", { dataFolder: "/nowhere" }, "dataFolder"],
    ["a block that is none", { httpsCidrs: ["mirror"] }, "httpsCidrs[0]"],
    ["a mirror without a policy", { policies: false, httpsCidrs: ["10.0.0.0/8"] }, "httpsCidrs"],
    ["more GPUs than there are", { gpus: 2, cluster: { ...cluster, gpus: {} } }, "gpus"],
    ["an unknown StorageClass", { storageClass: "fats", cluster }, "storageClass"],
    [
      "no StorageClass where there is no default",
      { cluster: { ...cluster, defaultStorageClass: undefined } },
      "storageClass",
    ],
  ])("refuses %s", (_, args, property) => {
    const problems = problemsOf(() => new KubernetesNotebook("notebook", { ...required, ...args }));
    expect(problems.map(({ propertyPath }) => propertyPath)).toEqual([property]);
  });

  it("takes a volume that is there already", async () => {
    await create({ storageClass: "", cluster: { ...cluster, defaultStorageClass: undefined } });
    expect(set().volumeClaimTemplates[0].spec).toMatchObject({ storageClassName: "" });
  });
});
