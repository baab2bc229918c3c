import * as pulumi from "@pulumi/pulumi";
import type { Problem } from "@tf-model-serving/core/internal/arguments/problem";
import {
  laterOr,
  objectOf,
  oneOf,
  textLike,
  textThat,
} from "@tf-model-serving/core/internal/arguments/schema";
import { imageFolder } from "@tf-model-serving/core/internal/tfserving/modelConfig";
import { checkVersion } from "@tf-model-serving/core/internal/tfserving/versionNumber";
import { checkDigest } from "./checkDigest";
import type { ResolvedKubernetesArgs } from "./kubernetesModelServiceArgs";

/**
 * A volume that holds the model, mounted read-only at `/models/<modelName>`: with it `image` is the
 * runtime image, which has no model. Exactly one of `claimName` and `image` is given.
 */
export interface ModelVolumeArgs {
  /**
   * PersistentVolumeClaim of the namespace that holds the model's version folders. Replicas on
   * several nodes need the access mode ReadOnlyMany or ReadWriteMany. Excludes `image`.
   * @default - the volume is an image
   */
  claimName?: pulumi.Input<string>;

  /**
   * OCI image or artifact by digest whose files are the volume. Needs Kubernetes 1.35, or 1.31 with
   * the feature gate ImageVolume, and a container runtime that has it. Excludes `claimName`.
   * @default - the volume is a claim
   * @see https://kubernetes.io/docs/tasks/configure-pod-container/image-volumes/
   */
  image?: pulumi.Input<string>;

  /** Folder in the volume that holds the version folders. @default - the volume's root */
  subPath?: string;

  /**
   * When the volume's image is pulled: "Always", "IfNotPresent" or "Never". Only with `image`.
   * @default "IfNotPresent"
   */
  pullPolicy?: string;
}

// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names
const claimPattern =
  /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Schema of a ModelVolumeArgs. */
export const modelVolume = objectOf<ModelVolumeArgs>({
  claimName: laterOr(
    textLike(
      claimPattern,
      "a PersistentVolumeClaim's name has lower-case letters, digits, - and .",
    ),
  ).optional(),
  image: laterOr(textThat(checkDigest)).optional(),
  subPath: textLike(
    /^(?!\/)(?!(.*\/)?\.\.(\/|$))./,
    "use a folder in the volume such as models/flowers, without .. in it",
  ).optional(),
  pullPolicy: oneOf(["Always", "IfNotPresent", "Never"]).optional(),
});

/** Everything about a volume with the model that would be refused, or hold no model. */
export function checkModelVolume(args: ResolvedKubernetesArgs): Problem[] {
  const { modelVolume } = args;
  return modelVolume === undefined ? [] : [...checkSource(modelVolume, args), ...checkModels(args)];
}

function checkSource(
  { claimName, image, pullPolicy }: ModelVolumeArgs,
  { cluster }: ResolvedKubernetesArgs,
): Problem[] {
  const refuse = (propertyPath: string, reason: string) => [{ propertyPath, reason }];
  if (claimName === undefined && image === undefined) {
    return refuse(
      "modelVolume",
      "has neither claimName nor image: name the volume that holds the model",
    );
  }
  if (claimName !== undefined && image !== undefined) {
    return refuse("modelVolume", "has claimName and image: keep the one that holds the model");
  }
  if (image === undefined) {
    return pullPolicy === undefined
      ? []
      : refuse(
          "modelVolume.pullPolicy",
          "has no effect on a claim: leave it out, or use modelVolume.image",
        );
  }
  return cluster?.imageVolumes === false
    ? refuse(
        "modelVolume.image",
        `is given, and the cluster at ${cluster.server} (${cluster.version}) is not known to mount ` +
          "images as volumes: that is on since Kubernetes 1.35. Use claimName, or the feature gate " +
          "ImageVolume",
      )
    : [];
}

/** The volume is the folder of one model, and has more versions as time goes by. */
function checkModels({ modelName, modelVersion, server }: ResolvedKubernetesArgs): Problem[] {
  const models = server?.models;
  if (models === undefined) {
    return modelVersion === undefined
      ? [
          {
            propertyPath: "modelVersion",
            reason: "is missing: say which version of the modelVolume is the release",
          },
        ]
      : typeof modelVersion === "string"
        ? checkVersion(modelVersion, "modelVersion")
        : [];
  }
  return models.flatMap((model, index) =>
    imageFolder(model) === modelName
      ? []
      : [
          {
            propertyPath: `server.models[${index}]`,
            reason:
              `is at ${model.basePath ?? `/models/${model.name}`}, and the modelVolume holds one model, at ` +
              `/models/${modelName}: leave it out, or serve it by a service of its own`,
          },
        ],
  );
}
