import * as pulumi from "@pulumi/pulumi";
import { KubernetesCluster } from "../cluster/inspectCluster";
import { PodPlacementArgs } from "../podPlacementArgs";
import { withDefaults } from "@tf-model-serving/core/internal/arguments/withDefaults";
import {
  NotebookCallerArgs,
  TunnelledNotebookArgs,
  tunnelledNotebookDefaults,
} from "@tf-model-serving/core/internal/serving/notebook/notebookArgs";

/** From how many nodes and pods a volume can be mounted. */
export enum VolumeAccessMode {
  /** From one node, as every kind of block storage can. */
  ReadWriteOnce = "ReadWriteOnce",
  /** By one pod, whatever the node; needs a CSI driver. */
  ReadWriteOncePod = "ReadWriteOncePod",
  /** From several nodes, as with NFS. SQLite, which Jupyter uses, may lock badly there. */
  ReadWriteMany = "ReadWriteMany",
}

/** Arguments of a KubernetesNotebook. */
export interface KubernetesNotebookArgs
  extends TunnelledNotebookArgs, NotebookCallerArgs, PodPlacementArgs {
  /** Namespace of everything: that of the model service. It has to exist. */
  namespace: pulumi.Input<string>;

  /**
   * `serviceName` of the model service, which then lets the notebook in by the label
   * `<modelServiceName>.tfserving/client: "true"`.
   */
  modelServiceName: string;

  /**
   * Name of the Service, the StatefulSet and the volume, a DNS label of at most 52 characters.
   * Another name starts with an empty home folder. @default - `modelServiceName` and "-notebook"
   */
  serviceName?: string;

  /** Secrets of the namespace for pulling `image`. @default - none */
  imagePullSecrets?: pulumi.Input<pulumi.Input<string>[]>;

  /**
   * Folder on this machine with notebooks and small files, at most 1 MiB in all, that are copied to
   * /home/jovyan/projectDir when the notebook starts, where a file is not there yet. Names that begin
   * with `.` are left out. @default - the notebook starts empty
   */
  folder?: string;

  /**
   * Folder on this machine with small files, at most 1 MiB in all, mounted to be read at
   * /home/jovyan/model, which the notebook finds as MODEL_DIR. @default - none
   */
  dataFolder?: string;

  /** CPUs that it may use. @default 2 */
  cpus?: number;

  /** CPUs that a node must have free for it, at most `cpus`. @default 0.1 */
  reservedCpus?: number;

  /**
   * Size of its home folder, in GiB. Like the other two facts of the volume it counts when the volume
   * is made and is passed over later: a claim can be made larger where its StorageClass allows it
   * (`kubectl patch pvc`). @default 10
   */
  storageGb?: number;

  /**
   * StorageClass of its home folder; "" takes a PersistentVolume that is there and has none.
   * @default - the cluster's default
   */
  storageClass?: string;

  /** How its home folder can be mounted. @default VolumeAccessMode.ReadWriteOnce */
  accessMode?: VolumeAccessMode;

  /** Whether it may reach public addresses with HTTPS, for packages. @default true */
  internet?: boolean;

  /** Further addresses that it may reach with HTTPS, such as those of a package mirror. @default - none */
  httpsCidrs?: string[];

  /** Whether there is a NetworkPolicy: nobody in; the model, DNS and HTTPS out. @default true */
  policies?: boolean;

  /**
   * What the cluster said of itself (`inspectCluster`): lets a preview find a missing StorageClass or
   * GPU, and `portForwardCommand` name the cluster. @default - these are not checked
   */
  cluster?: KubernetesCluster;

  /** Further labels for every object and the pod. @default - none */
  labels?: Record<string, string>;
}

/** Defaults of KubernetesNotebookArgs. */
export const kubernetesNotebookDefaults = {
  ...tunnelledNotebookDefaults,
  cpus: 2,
  reservedCpus: 0.1,
  gpus: 0,
  gpuResource: "nvidia.com/gpu",
  storageGb: 10,
  accessMode: VolumeAccessMode.ReadWriteOnce as VolumeAccessMode,
  internet: true,
  policies: true,
} satisfies Partial<KubernetesNotebookArgs>;

/** Arguments with every default filled in. */
export type ResolvedKubernetesNotebookArgs = KubernetesNotebookArgs &
  typeof kubernetesNotebookDefaults & { serviceName: string };

/** Arguments over their defaults; the name follows that of the model service. */
export function resolveKubernetesNotebookArgs(
  args: KubernetesNotebookArgs,
): ResolvedKubernetesNotebookArgs {
  return withDefaults(withDefaults(args, kubernetesNotebookDefaults), {
    serviceName: `${args.modelServiceName}-notebook`,
  });
}
