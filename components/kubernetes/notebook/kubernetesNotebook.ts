import { formerTypes } from "@tf-model-serving/core/internal/stack/formerTypes";
import * as apps from "@pulumi/kubernetes/apps/v1";
import * as core from "@pulumi/kubernetes/core/v1";
import * as networking from "@pulumi/kubernetes/networking/v1";
import type * as k8s from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import { refuse } from "@tf-model-serving/core/internal/arguments/refuse";
import { labelsFor, selectorFor } from "../labels";
import { renderPortForward } from "../portForward";
import { checkKubernetesNotebook } from "./checkKubernetesNotebook";
import {
  KubernetesNotebookArgs,
  ResolvedKubernetesNotebookArgs,
  resolveKubernetesNotebookArgs,
} from "./kubernetesNotebookArgs";
import {
  homeClaim,
  MountedFiles,
  NotebookParts,
  renderNotebookPod,
  tokenKey,
} from "./kubernetesNotebookPod";
import { renderNotebookPolicy } from "./kubernetesNotebookPolicy";
import {
  callerFiles,
  createToken,
  jupyter,
  labUrl,
} from "@tf-model-serving/core/internal/serving/notebook/jupyter";
import { readConfigMapFiles } from "./configMapFiles";
import { metadataOf, withoutAwait } from "../metadata";

/** An image of some GB is pulled, maybe onto a node that has to start first. */
const startTimeout = "30m";

/**
 * JupyterLab as one pod in the namespace of a model service.
 *
 * Nothing leads to it but a forwarded port (`portForwardCommand`), for which Kubernetes asks for the
 * right to create pods/portforward. Its token is generated, kept in a Secret and given to Jupyter as
 * a file. Its home folder is a volume that outlives the pod, and the stack too unless that is not
 * wanted. The pod calls the model as every client does.
 *
 * Who may create pods/exec in the namespace is in the notebook as its user.
 *
 * @throws InputPropertiesError that lists everything wrong with the arguments
 */
export class KubernetesNotebook extends pulumi.ComponentResource {
  /** Address of JupyterLab with its token, once the port is forwarded; a secret. */
  public readonly url: pulumi.Output<string>;
  /** Shell command that forwards a port to it; empty while the notebook does not run. */
  public readonly portForwardCommand: pulumi.Output<string>;
  /** Name of its Service. */
  public readonly serviceName: pulumi.Output<string>;

  constructor(name: string, args: KubernetesNotebookArgs, opts?: pulumi.ComponentResourceOptions) {
    const resolved = resolveKubernetesNotebookArgs(args);
    refuse("KubernetesNotebook", name, checkKubernetesNotebook(resolved));
    super(
      "tfserving-kubernetes:index:KubernetesNotebook",
      name,
      {},
      formerTypes(opts, "KubernetesNotebook"),
    );

    const token = createToken(name, this);
    const parts = {
      tokenSecret: createSecret(name, resolved, token, this),
      samples: createFiles(`${name}-notebooks`, resolved.folder, resolved, this),
      data: createFiles(`${name}-data`, resolved.dataFolder, resolved, this),
    };
    const service = createService(name, resolved, this);
    createStatefulSet(name, resolved, parts, this);
    createPolicy(name, resolved, this);

    const { namespace, localPort, running, cluster } = resolved;
    this.url = labUrl("127.0.0.1", localPort, token);
    this.serviceName = service.metadata.name;
    this.portForwardCommand = pulumi.all([namespace, this.serviceName]).apply(([ns, service]) =>
      running
        ? renderPortForward({
            cluster,
            namespace: ns,
            service,
            ports: [[localPort, jupyter.port]],
          })
        : "",
    );
    this.registerOutputs({
      url: this.url,
      portForwardCommand: this.portForwardCommand,
      serviceName: this.serviceName,
    });
  }
}

/** The Secret has a name of its own for each content, so that a new token or key starts a new pod. */
function createSecret(
  name: string,
  args: ResolvedKubernetesNotebookArgs,
  token: pulumi.Output<string>,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const files = [{ file: tokenKey, content: token }, ...callerFiles(args)];
  const encoded = files.map(({ file, content }) => [
    file,
    pulumi.output(content).apply((text) => Buffer.from(text).toString("base64")),
  ]);
  return new core.Secret(
    `${name}-token`,
    {
      metadata: metadataOf("notebook", args),
      type: "Opaque",
      immutable: true,
      data: Object.fromEntries(encoded),
    },
    { parent },
  ).metadata.name;
}

/** Other files are another ConfigMap, and so another pod. */
function createFiles(
  name: string,
  folder: string | undefined,
  args: ResolvedKubernetesNotebookArgs,
  parent: pulumi.Resource,
): MountedFiles | undefined {
  if (folder === undefined) {
    return undefined;
  }
  const { data, binaryData, paths } = readConfigMapFiles(folder);
  const files = new core.ConfigMap(
    name,
    { metadata: metadataOf("notebook", args), immutable: true, ...filled({ data, binaryData }) },
    { parent },
  );
  return { configMap: files.metadata.name, paths };
}

/** The API server does not keep what is empty, and a change of it would show at every update. */
function filled<Parts extends Record<string, object>>(parts: Parts): Partial<Parts> {
  const entries = Object.entries(parts).filter(([, part]) => Object.keys(part).length > 0);
  return Object.fromEntries(entries) as Partial<Parts>;
}

/** Without an address of its own: `kubectl port-forward` finds the pod by it, and nobody else calls it. */
function createService(
  name: string,
  args: ResolvedKubernetesNotebookArgs,
  parent: pulumi.Resource,
): core.Service {
  return new core.Service(
    name,
    {
      // A StatefulSet knows its Service by name. Without a pod behind it this one would never be ready.
      metadata: {
        ...metadataOf("notebook", args),
        name: args.serviceName,
        annotations: withoutAwait,
      },
      spec: {
        type: "ClusterIP",
        clusterIP: "None",
        selector: selectorFor("notebook", args.serviceName),
        ports: [{ name: "jupyter", port: jupyter.port, targetPort: "jupyter", protocol: "TCP" }],
      },
    },
    { parent, deleteBeforeReplace: true },
  );
}

function createStatefulSet(
  name: string,
  args: ResolvedKubernetesNotebookArgs,
  parts: NotebookParts,
  parent: pulumi.Resource,
): void {
  new apps.StatefulSet(
    name,
    {
      // Its claim is named after it: under the same name a new one finds the files of the one before.
      metadata: { ...metadataOf("notebook", args), name: args.serviceName },
      spec: {
        serviceName: args.serviceName,
        replicas: args.running ? 1 : 0,
        selector: { matchLabels: selectorFor("notebook", args.serviceName) },
        template: renderNotebookPod(args, parts, labelsFor("notebook", args)),
        persistentVolumeClaimRetentionPolicy: {
          whenDeleted: args.retainOnDestroy ? "Retain" : "Delete",
          whenScaled: "Retain",
        },
        volumeClaimTemplates: [renderHomeClaim(args)],
      },
    },
    {
      parent,
      deleteBeforeReplace: true,
      // Kubernetes cannot change it, and another set would make no other volume.
      ignoreChanges: ["spec.volumeClaimTemplates"],
      customTimeouts: { create: startTimeout, update: startTimeout },
    },
  );
}

/** The claim of the home folder. */
function renderHomeClaim(args: ResolvedKubernetesNotebookArgs) {
  const { storageGb, storageClass, accessMode } = args;
  return {
    metadata: { name: homeClaim, labels: labelsFor("notebook", args) },
    spec: {
      accessModes: [accessMode],
      ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
      resources: { requests: { storage: `${storageGb}Gi` } },
    },
  } satisfies k8s.core.v1.PersistentVolumeClaim;
}

function createPolicy(
  name: string,
  args: ResolvedKubernetesNotebookArgs,
  parent: pulumi.Resource,
): void {
  if (args.policies) {
    new networking.NetworkPolicy(
      name,
      { metadata: metadataOf("notebook", args), spec: renderNotebookPolicy(args) },
      { parent },
    );
  }
}
