import { imageFolder } from "../tfserving/modelConfig";
import { Problem } from "../core/problem";
import { ServerOptions } from "../tfserving/serverOptions";
import { checkVersion } from "../tfserving/versionNumber";
import { checkDigest } from "./checkDigest";
import { KubernetesCluster } from "./cluster/inspectCluster";

/** The part of a model volume that can be judged before there is any resource. */
export interface ModelVolumeShape {
  /** Judged where it is known already. */
  claimName?: unknown;
  /** Judged where it is known already. */
  image?: unknown;
  subPath?: string;
  pullPolicy?: string;
}

const pullPolicies = ["Always", "IfNotPresent", "Never"];
// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names
const claimPattern =
  /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Everything about a volume with the model that would be refused, or hold no model. */
export function checkModelVolume(args: {
  modelName: string;
  modelVersion?: unknown;
  modelVolume?: ModelVolumeShape;
  server?: ServerOptions;
  cluster?: KubernetesCluster;
}): Problem[] {
  const { modelVolume } = args;
  return modelVolume === undefined
    ? []
    : [
        ...checkSource(modelVolume, args.cluster),
        ...checkSubPath(modelVolume.subPath),
        ...checkPullPolicy(modelVolume),
        ...checkModels(args),
      ];
}

function checkSource(
  { claimName, image }: ModelVolumeShape,
  cluster?: KubernetesCluster,
): Problem[] {
  if ((claimName === undefined) === (image === undefined)) {
    return [
      {
        propertyPath: "modelVolume",
        reason:
          image === undefined
            ? "has neither claimName nor image: name the volume that holds the model"
            : "has claimName and image: keep the one that holds the model",
      },
    ];
  }
  if (typeof claimName === "string" && !claimPattern.test(claimName)) {
    return [
      {
        propertyPath: "modelVolume.claimName",
        reason: `is "${claimName}", which cannot name a PersistentVolumeClaim: use lower-case letters, digits, - and .`,
      },
    ];
  }
  return [
    ...checkDigest("modelVolume.image", image),
    ...(image !== undefined && cluster?.imageVolumes === false
      ? [
          {
            propertyPath: "modelVolume.image",
            reason:
              `is given, and the cluster at ${cluster.server} (${cluster.version}) is not known to mount ` +
              "images as volumes: that is on since Kubernetes 1.35. Use claimName, or the feature gate " +
              "ImageVolume",
          },
        ]
      : []),
  ];
}

function checkSubPath(subPath?: string): Problem[] {
  return subPath === undefined || (/^[^/]/.test(subPath) && !subPath.split("/").includes(".."))
    ? []
    : [
        {
          propertyPath: "modelVolume.subPath",
          reason: `is "${subPath}": use a folder in the volume such as models/flowers, without .. in it`,
        },
      ];
}

function checkPullPolicy({ image, pullPolicy }: ModelVolumeShape): Problem[] {
  const propertyPath = "modelVolume.pullPolicy";
  if (pullPolicy === undefined) {
    return [];
  }
  if (image === undefined) {
    return [
      { propertyPath, reason: "has no effect on a claim: leave it out, or use modelVolume.image" },
    ];
  }
  return pullPolicies.includes(pullPolicy)
    ? []
    : [{ propertyPath, reason: `is "${pullPolicy}": use ${pullPolicies.join(", ")}` }];
}

/** The volume is the folder of one model, and has more versions as time goes by. */
function checkModels({
  modelName,
  modelVersion,
  server,
}: Parameters<typeof checkModelVolume>[0]): Problem[] {
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
