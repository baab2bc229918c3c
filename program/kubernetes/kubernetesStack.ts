import * as kubernetes from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { KubernetesModelService, KubernetesNotebook, modelLabels } from "../../components";
import { serviceAddresses } from "../../components/serving/addresses";
import { isContent } from "../../components/kubernetes/cluster/kubeconfig";
import { fewestReplicas } from "../../components/kubernetes/kubernetesModelServiceArgs";
import { serviceHost } from "../../components/kubernetes/serviceNames";
import { recordedOutputs, recordOnce, releasesIn } from "../releaseRecord";
import { KubernetesImages, kubernetesImages } from "./kubernetesImage";
import { createNamespace, ownsNamespace, stackLabels } from "./kubernetesNamespace";
import { KubernetesSettings, loadKubernetesSettings } from "./kubernetesSettings";
import { createPullSecret } from "./pullSecret";

/** Serves the model folder of the stack's configuration on a Kubernetes cluster. */
export async function serveOnKubernetes(): Promise<Record<string, unknown>> {
  const settings = await loadKubernetesSettings();
  const outputs = await recordedOutputs();
  const recorded = releasesIn(outputs);
  const provider = createProvider(settings);
  const place = createPlace(settings, outputs, provider);

  const images = kubernetesImages(settings, recorded);
  const { serving } = images;
  const model = createService(settings, images, place, provider);
  const notebook = createNotebook(settings, place, provider);

  const { service, canary, cluster } = settings;
  return {
    restUrl: model.restUrl,
    modelUrls: model.modelUrls,
    modelLabels: modelLabels(settings.image.models),
    grpcAddress: model.grpcAddress,
    ...(notebook && {
      notebookUrl: notebook.url,
      notebookPortForward: notebook.portForwardCommand,
    }),
    image: serving.image,
    modelVersion: serving.modelVersion,
    canaryVersion: canary?.version ?? "",
    canaryPercent: canary?.percent ?? 0,
    // Of a model on a volume nobody here knows it.
    ...(settings.objects.modelVolume ? {} : { signature: serving.signature }),
    replicas: fewestReplicas(service),
    context: cluster.context ?? "",
    namespace: model.namespace,
    ownNamespace: place.isOwn ? settings.namespace : "",
    service: model.serviceName,
    portForward: model.portForwardCommand,
    ...recordOnce(model.replicaNames, recorded, service, {
      image: serving.image,
      modelVersion: serving.modelVersion,
      signature: serving.signature,
      settings: settings.release,
    }),
  };
}

/** Where everything is, and who may pull images there. */
interface Place {
  readonly namespace: pulumi.Input<string>;
  /** Whether the stack makes the namespace. */
  readonly isOwn: boolean;
  /** @default - nodes pull without a login */
  readonly imagePullSecrets?: pulumi.Input<string>[];
  /** Of the notebook. @default - nodes pull it without a login */
  readonly notebookPullSecrets?: pulumi.Input<string>[];
}

/** The kubeconfig's content may hold credentials, a path does not. */
function createProvider({ cluster }: KubernetesSettings): kubernetes.Provider {
  const { kubeconfig, context } = cluster;
  return new kubernetes.Provider("kubernetes", {
    context,
    kubeconfig: kubeconfig && isContent(kubeconfig) ? pulumi.secret(kubeconfig) : kubeconfig,
  });
}

function createPlace(
  { namespace, found, objects, registry }: KubernetesSettings,
  outputs: Record<string, unknown>,
  provider: kubernetes.Provider,
): Place {
  const { labels, service } = objects;
  const isOwn = ownsNamespace(namespace, objects.cluster.createNamespace ?? true, found, outputs);
  const name = isOwn ? createNamespace(namespace, labels, { provider }) : namespace;
  const secret =
    service.imagePullSecrets || !registry
      ? undefined
      : createPullSecret(registry, name, stackLabels(labels), { provider });
  const own = secret && [secret];
  return {
    namespace: name,
    isOwn,
    imagePullSecrets: own ?? service.imagePullSecrets,
    notebookPullSecrets: objects.notebook.imagePullSecrets ?? own,
  };
}

function createService(
  { service, canary, cluster }: KubernetesSettings,
  images: KubernetesImages,
  place: Place,
  provider: kubernetes.Provider,
): KubernetesModelService {
  return new KubernetesModelService(
    "serving",
    {
      ...service,
      namespace: place.namespace,
      imagePullSecrets: place.imagePullSecrets,
      image: images.serving.reference,
      modelVersion: images.serving.modelVersion,
      canary: canary && { ...canary, image: images.canary!.reference },
      cluster,
    },
    { provider },
  );
}

function createNotebook(
  { notebook, service, cluster }: KubernetesSettings,
  { namespace, notebookPullSecrets }: Place,
  provider: kubernetes.Provider,
): KubernetesNotebook | undefined {
  const { serviceName, clusterDomain, modelName } = service;
  // It starts beside the replicas, and calls them when somebody asks it to.
  const { restUrl, grpcAddress } = pulumi
    .output(namespace)
    .apply((known) => serviceAddresses(serviceHost(serviceName, known, clusterDomain), modelName));
  return (
    notebook &&
    new KubernetesNotebook(
      "notebook",
      {
        ...{ ...notebook, namespace, restUrl, grpcAddress, cluster },
        imagePullSecrets: notebookPullSecrets,
      },
      { provider },
    )
  );
}
