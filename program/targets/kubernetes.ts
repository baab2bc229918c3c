import { Provider } from "@pulumi/kubernetes/provider";
import * as pulumi from "@pulumi/pulumi";
import { serviceAddresses } from "@tf-model-serving/core";
import {
  fewestReplicas,
  isContent,
  KubernetesModelService,
  KubernetesNotebook,
  resolveKubernetesModelServiceArgs,
  serviceHost,
} from "@tf-model-serving/kubernetes";
import { createEdge } from "../edge";
import { clientFiles, edgeOutputs } from "../edgeOutputs";
import { KubernetesImages, kubernetesImages } from "../kubernetes/image";
import { createNamespace, ownsNamespace, stackLabels } from "../kubernetes/namespace";
import { KubernetesPlan, preflightOnKubernetes } from "../kubernetes/preflight";
import { createPullSecret } from "../kubernetes/pullSecret";
import { StackOutputs, stackOutputs } from "../outputs";
import type { Target } from "./target";

/** Outputs besides those of every target. */
export interface KubernetesOutputs extends StackOutputs {
  /** Command that opens the way to the notebook. @default - there is no notebook */
  readonly notebookPortForward?: pulumi.Output<string>;
  /** The notebook's image, by digest. @default - it is not built */
  readonly notebookImage?: pulumi.Input<string>;
  /** Context of the kubeconfig; empty for its current one. */
  readonly context: string;
  readonly namespace: pulumi.Output<string>;
  /** The namespace that the stack itself has made; empty where it was there. */
  readonly ownNamespace: string;
  readonly service: pulumi.Output<string>;
  /** Command that opens the way to the service. */
  readonly portForward: pulumi.Output<string>;
}

/** Any cluster that kubectl reaches. */
export const kubernetes: Target<KubernetesPlan> = {
  preflight: preflightOnKubernetes,

  deploy(plan): KubernetesOutputs {
    const { args, cluster, recorded } = plan;
    const provider = createProvider(plan);
    const place = createPlace(plan, provider);
    const images = kubernetesImages(plan);
    const { edge, keys } = createEdge(args.service, args.notebook !== undefined);
    const serviceArgs = { ...serviceArgsOf(plan, images, place), ...edge };
    const model = new KubernetesModelService("serving", serviceArgs, { provider });
    const notebook = createNotebook(
      plan,
      images,
      place,
      provider,
      clientFiles(args.service.tls, model, keys),
    );

    const { service, image } = args;
    const held = resolveKubernetesModelServiceArgs(serviceArgs);
    const { signature, ...outputs } = stackOutputs({
      ...{ service: model, serving: images.serving, models: image.models },
      ...{ canary: service.canary, canaryImage: images.canary },
      ...{ replicas: fewestReplicas(service), ready: model.replicaNames, recorded, held },
      // With a model on a volume, the image does not say which model it is.
      releaseKeys: service.modelVolume ? ["modelVersion", "kubernetesModelVolume"] : [],
    });
    return {
      ...outputs,
      // Of a model on a volume nobody here knows it.
      ...(service.modelVolume ? {} : { signature }),
      ...edgeOutputs(service.tls, model, keys),
      ...(notebook && {
        notebookUrl: notebook.url,
        notebookPortForward: notebook.portForwardCommand,
        ...(images.notebook && { notebookImage: images.notebook }),
      }),
      context: cluster.context ?? "",
      namespace: model.namespace,
      ownNamespace: place.isOwn ? plan.namespace : "",
      service: model.serviceName,
      portForward: model.portForwardCommand,
    };
  },
};

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
function createProvider({ cluster: { kubeconfig, context } }: KubernetesPlan): Provider {
  return new Provider("kubernetes", {
    context,
    kubeconfig: kubeconfig && isContent(kubeconfig) ? pulumi.secret(kubeconfig) : kubeconfig,
  });
}

function createPlace(plan: KubernetesPlan, provider: Provider): Place {
  const { choice, registry, service, notebook } = plan.args;
  const { keepNamespace: keep = true } = choice;
  const labels = stackLabels(service.labels);
  const isOwn = ownsNamespace(plan);
  const namespace = isOwn
    ? createNamespace(plan.namespace, labels, keep, { provider })
    : plan.namespace;
  const secret =
    service.imagePullSecrets || !registry
      ? undefined
      : createPullSecret(registry, namespace, labels, { provider });
  const own = secret && [secret];
  return {
    ...{ namespace, isOwn },
    imagePullSecrets: own ?? service.imagePullSecrets,
    notebookPullSecrets: notebook?.imagePullSecrets ?? own,
  };
}

function serviceArgsOf(
  { args: { service }, cluster }: KubernetesPlan,
  { serving, canary }: KubernetesImages,
  { namespace, imagePullSecrets }: Place,
) {
  return {
    ...service,
    ...{ namespace, imagePullSecrets, cluster },
    ...{ image: serving.reference, modelVersion: serving.modelVersion },
    canary: service.canary && { ...service.canary, image: canary!.reference },
  };
}

function createNotebook(
  { args: { notebook, service }, cluster }: KubernetesPlan,
  { notebook: built }: KubernetesImages,
  { namespace, notebookPullSecrets }: Place,
  provider: Provider,
  files: ReturnType<typeof clientFiles>,
): KubernetesNotebook | undefined {
  const { serviceName, clusterDomain } = resolveKubernetesModelServiceArgs({
    ...{ ...service, canary: undefined },
    ...{ image: "", namespace },
  });
  // It starts beside the replicas, and calls them when somebody asks it to.
  const { restUrl, grpcAddress } = pulumi
    .output(namespace)
    .apply((known) =>
      serviceAddresses(
        serviceHost(serviceName, known, clusterDomain),
        service.modelName,
        service.tls,
      ),
    );
  return (
    notebook &&
    new KubernetesNotebook(
      "notebook",
      {
        ...files,
        ...{ ...notebook, modelServiceName: serviceName, namespace, restUrl, grpcAddress, cluster },
        imagePullSecrets: notebookPullSecrets,
        ...(built && { image: built }),
      },
      { provider },
    )
  );
}
