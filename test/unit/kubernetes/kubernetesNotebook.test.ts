import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it } from "vitest";

import { KubernetesNotebook, KubernetesNotebookArgs } from "@tf-model-serving/kubernetes";
import { VolumeAccessMode } from "../../../components/kubernetes/notebook/kubernetesNotebookArgs";
import {
  isKnown,
  problemsOf,
  promiseOf,
  type Recording,
  secret,
  settle,
  startMocks,
  unknown,
} from "../../support/mocks";
import { modelFolder as folderOf } from "../../support/modelFolder";
import { refusals } from "../../support/refusals";
import { rendered } from "../../support/rendered";
import { cluster } from "./kubernetesEdges";

type Args = Partial<KubernetesNotebookArgs>;

const statefulSet = "kubernetes:apps/v1:StatefulSet";
const tokenSecret = "kubernetes:core/v1:Secret";
const undefaulted = { ...cluster, defaultStorageClass: undefined };

const required: KubernetesNotebookArgs = {
  namespace: "models",
  modelServiceName: "flowers",
  restUrl: "http://flowers.models.svc.cluster.local:8501/v1/models/flowers",
  grpcAddress: "flowers.models.svc.cluster.local:8500",
  modelName: "flowers",
};

let recording: Recording;

beforeEach(async () => {
  recording = await startMocks();
});

async function create(args: Args = {}): Promise<KubernetesNotebook> {
  const notebook = new KubernetesNotebook("notebook", { ...required, ...args });
  await settle();
  return notebook;
}

/** The specification of the StatefulSet. */
function set() {
  return recording.find(statefulSet).inputs.spec as {
    volumeClaimTemplates: { spec: object }[];
    template: { spec: { initContainers?: object[] } };
  };
}

describe("the objects of a notebook on Kubernetes", () => {
  it("are a hardened pod that listens to itself only, and what it needs", async () => {
    await create();
    const objects = rendered(recording.resources, "kubernetes");
    await expect(objects).toMatchFileSnapshot("snapshots/notebook.yaml");
  });

  it("with every choice made in another way, and files that are copied where they are not yet", async () => {
    const folder = folderOf({
      "client.ipynb": "{}",
      "pictures of/Nassarius speciosus.png": Buffer.from([0x89, 0x50, 0xff]),
      ".ipynb_checkpoints/client.ipynb": "old",
    });
    await create({
      ...{ folder, dataFolder: folderOf({ "class_names.txt": "a\nb\n" }) },
      ...{ running: false, labels: { team: "vision" }, imagePullSecrets: ["registry"] },
      ...{ storageGb: 50, storageClass: "fast", accessMode: VolumeAccessMode.ReadWriteMany },
      ...{ retainOnDestroy: false, cpus: 1.5, reservedCpus: 1, gpus: 1, runtimeClass: "nvidia" },
      ...{ nodeSelector: { pool: "gpu" }, tolerations: [{ key: "team", operator: "Exists" }] },
      ...{ priorityClass: "research", internet: false, httpsCidrs: ["10.20.0.0/16"] },
      ...{ apiKey: "key-of-the-notebook", caCertificate: "certificate-of-the-stack" },
    });
    const objects = rendered(recording.resources, "kubernetes");
    await expect(objects).toMatchFileSnapshot("snapshots/notebook-otherwise.yaml");
  });

  it("copy no files where there are data to be read alone", async () => {
    await create({ dataFolder: folderOf({ "class_names.txt": "a\nb\n" }) });
    expect(set().template.spec.initContainers).toBeUndefined();
  });

  it("keep their name and their volume, so that the files are found again", async () => {
    await create();
    expect(recording.find(statefulSet)).toMatchObject({
      deleteBeforeReplace: true,
      ignoreChanges: ["spec.volumeClaimTemplates"],
    });
  });

  it("take a volume that is there already", async () => {
    await create({ storageClass: "", cluster: undefaulted });
    expect(set().volumeClaimTemplates[0].spec).toMatchObject({ storageClassName: "" });
  });

  it("let the notebook call the model alone where nothing else is wanted", async () => {
    await create({ internet: false });
    const { inputs } = recording.find("kubernetes:networking.k8s.io/v1:NetworkPolicy");
    const toNamesAndModel = [expect.anything(), expect.anything()];
    expect(inputs.spec).toMatchObject({ egress: toNamesAndModel });
  });

  it("are without a policy where none is wanted", async () => {
    await create({ policies: false });
    expect(recording.resources.some(({ type }) => type.endsWith("NetworkPolicy"))).toBe(false);
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

describe("the way to a notebook on Kubernetes is a port forwarded by", () => {
  const kubeconfig = "/home/me/my config";

  it.each<[string, Args, string]>([
    ["kubectl's own cluster", {}, "--namespace models # service/flowers-notebook 8888:8888"],
    [
      "a context",
      { cluster, serviceName: "lab", localPort: 9999 },
      "--context models --namespace models # service/lab 9999:8888",
    ],
    [
      "a kubeconfig",
      { cluster: { ...cluster, kubeconfig, context: undefined } },
      `--kubeconfig '${kubeconfig}' --namespace models # service/flowers-notebook 8888:8888`,
    ],
    [
      "a kubeconfig's content",
      { cluster: { ...cluster, kubeconfig: "apiVersion: v1\nkind: Config\n" } },
      "--context models --namespace models # service/flowers-notebook 8888:8888",
    ],
  ])("%s", async (_, args, command) => {
    const { portForwardCommand } = await create(args);
    expect(await promiseOf(portForwardCommand)).toBe(
      `kubectl ${command.replace("#", "port-forward")}`,
    );
  });

  it("nobody while it is stopped", async () => {
    const { portForwardCommand } = await create({ running: false });
    expect(await promiseOf(portForwardCommand)).toBe("");
  });
});

const refused: Record<string, Args> = {
  "a name that is too long": { serviceName: "n".repeat(53) },
  "a name with capitals": { serviceName: "Lab" },
  "no CPU": { cpus: 0, reservedCpus: 0 },
  "more CPUs reserved than there are": { cpus: 1, reservedCpus: 2 },
  "hardly any memory": { memoryMb: 1 },
  "half a GPU": { gpus: 0.5 },
  "no storage": { storageGb: 0 },
  "a port that is none": { localPort: 0 },
  "a mode that is none": { accessMode: "RWO" as VolumeAccessMode },
  "a folder that is not there": { folder: "/nowhere" },
  "data that are not there": { dataFolder: "/nowhere" },
  "a block that is none": { httpsCidrs: ["mirror"] },
  "a mirror without a policy": { policies: false, httpsCidrs: ["10.0.0.0/8"] },
  "more GPUs than there are": { gpus: 2, cluster: { ...cluster, gpus: {} } },
  "an unknown StorageClass": { storageClass: "fats", cluster },
  "no StorageClass where there is no default": { cluster: undefaulted },
};

const refusedFiles: Record<string, Record<string, string | Buffer>> = {
  "more files than a ConfigMap holds": { big: Buffer.alloc(2 ** 20) },
  "no file": { ".hidden": "" },
  "a path that is too long": { [`${"a".repeat(200)}/${"b".repeat(60)}`]: "" },
};

it("a notebook on Kubernetes refuses what cannot work, and says what to use", async () => {
  const problems = (args: Args) =>
    problemsOf(() => new KubernetesNotebook("notebook", { ...required, ...args }));
  const texts = [
    await refusals(refused, problems),
    await refusals(refusedFiles, (files) => {
      const folder = folderOf(files);
      const [{ propertyPath, reason }, ...more] = problems({ folder });
      return [{ propertyPath, reason: reason.replace(folder, "DIR") }, ...more];
    }),
  ];
  await expect(texts.join("\n")).toMatchFileSnapshot("snapshots/refused-notebooks.txt");
});
