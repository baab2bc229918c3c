import type * as inputs from "@pulumi/aws/types/input";
import { listOf, objectOf, oneOf } from "@tf-model-serving/core/internal/arguments/schema";

/** What may be called through a load balancer on AWS. */
export interface AlbLimitsArgs {
  /**
   * What may be called, in REST and gRPC alike: `predict`, `classify`, `regress`, `multiInference`
   * (which REST has not), `metadata` and `status`. Everything else gets 404; gRPC's health stays open.
   * @default - all of them
   */
  verbs?: string[];
}

type PathPattern = inputs.lb.ListenerRuleConditionPathPattern;

/** How the paths of REST end, and the methods of gRPC, by verb. */
const forms: Record<string, { rest?: string; prediction?: string; model?: string }> = {
  predict: { rest: ":predict", prediction: "Predict" },
  classify: { rest: ":classify", prediction: "Classify" },
  regress: { rest: ":regress", prediction: "Regress" },
  multiInference: { prediction: "MultiInference" },
  metadata: { rest: "/metadata", prediction: "GetModelMetadata" },
  status: { rest: "", model: "GetModelStatus" },
};

/** Shape of AlbLimitsArgs. */
export const albLimitsSchema = objectOf<AlbLimitsArgs>({
  verbs: listOf(oneOf(Object.keys(forms)))
    .refine(
      (given) => given.some((verb) => forms[verb as string]?.rest !== undefined),
      "name no verb of REST, and the load balancer has its replicas checked there: add predict, or " +
        "another one",
    )
    .optional(),
});

/**
 * REST paths that are public: models and their metadata. Prometheus metrics would be those of any one
 * replica.
 */
export function restPaths({ verbs }: AlbLimitsArgs): PathPattern {
  if (!verbs) {
    return { values: ["/v1/models/*"] };
  }
  const ends = ofVerbs(verbs, "rest").filter(Boolean);
  const needed = verbs.includes("status") ? "?" : "";
  const end = ends.length > 0 ? `(${ends.join("|")})${needed}` : "";
  return { regexValues: [`^/v1/models/[^/:]+(/(versions|labels)/[^/:]+)?${end}$`] };
}

/**
 * gRPC methods that are public: predictions, state and health. HandleReloadConfigRequest, which can
 * unload every model, the profiler and raw sessions stay inside.
 */
export function grpcPaths({ verbs }: AlbLimitsArgs): PathPattern {
  if (!verbs) {
    return {
      values: [
        "/tensorflow.serving.PredictionService/*",
        "/tensorflow.serving.ModelService/GetModelStatus",
        "/grpc.health.v1.Health/*",
      ],
    };
  }
  const methods = (service: string, names: string[]) =>
    names.length > 0 ? [`^/tensorflow\\.serving\\.${service}/(${names.join("|")})$`] : [];
  return {
    regexValues: [
      ...methods("PredictionService", ofVerbs(verbs, "prediction")),
      ...methods("ModelService", ofVerbs(verbs, "model")),
      "^/grpc\\.health\\.v1\\.Health/(Check|Watch)$",
    ],
  };
}

function ofVerbs(given: string[], of: "rest" | "prediction" | "model"): string[] {
  return given.flatMap((verb) => forms[verb][of] ?? []);
}
