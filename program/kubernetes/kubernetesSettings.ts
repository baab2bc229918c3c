import * as pulumi from "@pulumi/pulumi";
import {
  checkKubernetesModelService,
  checkKubernetesNotebook,
  ClusterError,
  DockerEngine,
  findNamespace,
  findServices,
  FoundNamespace,
  inspectCluster,
  KubernetesCluster,
  Problem,
  serviceNames,
} from "../../components";
import {
  askEngine,
  checkNumbers,
  readRegistry,
  refusal,
  standInProblems,
  text,
} from "../../settings";
import { CanarySettings, checkCanarySettings, readCanary } from "../canarySettings";
import { checkGpus } from "../clusterService";
import { releaseSettings } from "../releaseRecord";
import {
  notebookArgs,
  ofNotebook,
  ofService,
  readKubernetesImage,
  readNotebook,
  readService,
  serviceArgs,
} from "./kubernetesArgs";
import { checkImage, checkRegistry, checkReplicas } from "./kubernetesChecks";
import {
  checkObjects,
  checkUnused,
  KubernetesObjects,
  namespaceOf,
  readObjects,
} from "./kubernetesConfig";
import { checkNamespace, checkServiceNames } from "./kubernetesNamespace";
import { pullWarnings } from "./pullSecret";

/** The configuration of a stack on Kubernetes, read and checked; Pulumi.yaml describes every key. */
export interface KubernetesSettings {
  readonly cluster: KubernetesCluster;
  readonly namespace: string;
  /** What the cluster said of the namespace. @default - the user may not ask */
  readonly found?: FoundNamespace;
  readonly image: ReturnType<typeof readKubernetesImage>;
  /** Digest that runs in place of a build. @default - `image` is built */
  readonly pinned?: string;
  /** Builds and pushes the image. @default - `pinned` needs none */
  readonly engine?: DockerEngine;
  /** @default - `pinned` needs none */
  readonly registry?: Awaited<ReturnType<typeof readRegistry>>;
  readonly service: ReturnType<typeof readService>;
  /** @default - every request goes to one model version */
  readonly canary?: CanarySettings;
  readonly objects: KubernetesObjects;
  /** @default - no notebook */
  readonly notebook?: ReturnType<typeof readNotebook>;
  /** What makes a release besides its image, by config key. */
  readonly release: Readonly<Record<string, string>>;
}

/**
 * Reads the configuration, and asks the cluster and the Docker Engine that builds what they can do.
 *
 * @throws RunError that lists all problems by config key, before there is any resource
 */
export async function loadKubernetesSettings(): Promise<KubernetesSettings> {
  const config = new pulumi.Config();
  const objects = readObjects(config);
  const service = readService(config, objects);
  const image = readKubernetesImage(config, service.gpus, objects);
  const registry = await readRegistry(config);
  const canary = readCanary(config, image);
  const namespace = namespaceOf(objects.cluster);
  const notebook =
    config.getBoolean("notebook") === false ? undefined : readNotebook(config, service, objects);
  const pinned = text(config, "image");
  const [built, found] = await Promise.all([
    pinned ? undefined : askEngine(config),
    askCluster(objects, namespace, serviceNames(service.serviceName)),
  ]);

  const { cluster } = found;
  const args = serviceArgs(service, namespace, image.modelVersion, canary, cluster);
  const misshapen = checkObjects(config);
  const problems = [
    ...misshapen,
    ...checkUnused(config),
    ...found.problems,
    ...(built?.problems ?? []),
    ...checkNumbers(config),
    ...checkGpus(text(config, "gpus"), "kubernetes"),
    ...standInProblems(config),
    ...checkReplicas(config, objects),
    ...checkImage(config, image, objects, pinned),
    ...checkRegistry(registry, pinned),
    ...(pinned || objects.modelVolume ? [] : checkCanarySettings(config, image, canary)),
    // The components take objects at their word.
    ...(misshapen.length > 0 ? [] : ofService(checkKubernetesModelService(args))),
    ...(notebook && misshapen.length === 0
      ? ofNotebook(checkKubernetesNotebook(notebookArgs(notebook, namespace, cluster)))
      : []),
  ];
  if (!cluster || problems.length > 0) {
    throw refusal(problems);
  }
  const notebookImage = notebook && text(config, "notebookImage");
  const images = { balancerImage: service.balancerImage, notebookImage };
  for (const warning of pullWarnings(images, registry, objects)) {
    await pulumi.log.warn(warning);
  }
  return {
    ...{
      cluster,
      namespace,
      found: found.namespace,
      image,
      pinned,
      engine: built?.engine,
      registry,
    },
    ...{ service, canary, objects, notebook },
    release: releaseOf(config, objects),
  };
}

async function askCluster(
  { cluster: choice, modelVolume }: KubernetesObjects,
  namespace: string,
  names: string[],
): Promise<{ cluster?: KubernetesCluster; namespace?: FoundNamespace; problems: Problem[] }> {
  try {
    const cluster = await inspectCluster(choice, {
      imageVolumes: modelVolume?.image !== undefined,
    });
    const found = await findNamespace(cluster, namespace);
    const services = found?.exists ? await findServices(cluster, namespace, names) : [];
    const problems = [
      ...checkNamespace(namespace, choice.createNamespace ?? true, found),
      ...checkServiceNames("serviceName", namespace, services),
    ];
    return { cluster, namespace: found, problems };
  } catch (error) {
    if (error instanceof ClusterError) {
      const { propertyPath, message } = error;
      return { problems: [{ propertyPath: `kubernetesCluster.${propertyPath}`, reason: message }] };
    }
    throw error;
  }
}

/** With a model on a volume, the image does not say which model it is. */
function releaseOf(config: pulumi.Config, { modelVolume }: KubernetesObjects) {
  const further = modelVolume ? ["modelVersion", "kubernetesModelVolume"] : [];
  return releaseSettings(config, further);
}
