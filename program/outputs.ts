import * as pulumi from "@pulumi/pulumi";
import { ModelCard, modelLabels, ServerOptions, Signature } from "@tf-model-serving/core";
import type { CanarySettings } from "./canary";
import { releaseSettings } from "./config/settings";
import type { KeyName } from "./config/table";
import { EvaluationOutput, evaluationOutput } from "./evaluation";
import type { ServedImage } from "./image";
import { HeldArguments, recordOnce, Release, releasesIn } from "./releaseRecord";

/** What a stack tells on every target. */
export interface StackOutputs {
  /** Base URL of the model for REST. */
  readonly restUrl: pulumi.Input<string>;
  /** Base URL of each model by name. */
  readonly modelUrls: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** Versions by label, by model. */
  readonly modelLabels: pulumi.Input<Record<string, Record<string, string>>>;
  /** HOST:PORT for gRPC; empty where clients outside do not reach it. */
  readonly grpcAddress: pulumi.Input<string>;
  /** Address of JupyterLab with its token, a secret. @default - there is no notebook */
  readonly notebookUrl?: pulumi.Output<string>;
  /** The key of the client `predict`, a secret. @default - callers need none */
  readonly predictKey?: pulumi.Output<string>;
  /** Certificate in PEM that clients have to trust. @default - none (`tls.selfSigned`) */
  readonly caCertificate?: pulumi.Output<string>;
  /** Name of the serving image: with a tag, or a digest in a registry. */
  readonly image: pulumi.Input<string>;
  readonly modelVersion: pulumi.Input<string>;
  /** Empty where there is no canary. */
  readonly canaryVersion: string;
  readonly canaryPercent: number;
  /** The signature that clients call. @default - nobody here knows it */
  readonly signature?: pulumi.Input<Signature | undefined>;
  /** What the served version's own card tells; null where it has none, or nobody here knows it. */
  readonly modelCard: pulumi.Output<ModelCard | null>;
  readonly replicas: number;
  readonly release: pulumi.Output<Release>;
  readonly previousRelease: pulumi.Output<Release | null>;
  /** What the gate has found of the release. @default - nothing is known */
  readonly evaluation?: pulumi.Output<EvaluationOutput | null>;
}

/** What the outputs are made from. */
export interface Served {
  readonly service: Pick<StackOutputs, "restUrl" | "modelUrls" | "grpcAddress">;
  readonly serving: ServedImage;
  readonly models: ServerOptions["models"];
  readonly canary?: CanarySettings;
  readonly canaryImage?: ServedImage;
  readonly replicas: number;
  /** Known once every replica serves. */
  readonly ready: pulumi.Input<unknown>;
  /** Outputs of the last update. */
  readonly recorded: Record<string, unknown>;
  readonly held: object;
  /** Keys that make a release of this stack besides. @default - none */
  readonly releaseKeys?: KeyName[];
}

/** The outputs that every target has. */
export function stackOutputs(served: Served): StackOutputs {
  const { service, serving, canary, ready, recorded, held } = served;
  const { image, modelVersion, signature, modelCard } = serving;
  const evaluation = evaluationOutput(
    ready,
    recorded,
    image,
    serving.evaluation,
    served.canaryImage?.evaluation,
  );
  return {
    restUrl: service.restUrl,
    modelUrls: service.modelUrls,
    modelLabels: modelLabels(served.models),
    grpcAddress: service.grpcAddress,
    ...{ image, modelVersion, signature },
    // Pulumi warns of an output that is undefined.
    modelCard: modelCard.apply((card) => card ?? null),
    canaryVersion: canary?.version ?? "",
    canaryPercent: canary?.percent ?? 0,
    replicas: served.replicas,
    ...recordOnce(ready, releasesIn(recorded), held as HeldArguments, {
      ...{ image, modelVersion, signature, modelCard },
      settings: releaseSettings(served.releaseKeys),
    }),
    ...(evaluation && { evaluation }),
  };
}
