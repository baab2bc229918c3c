import type * as inputs from "@pulumi/aws/types/input";
import { listOf, objectOf, oneOf } from "@tf-model-serving/core/internal/arguments/schema";
import {
  healthMethods,
  verbNames,
  verbs as knownVerbs,
} from "@tf-model-serving/core/internal/tfserving/verbs";

/** What may be called through a load balancer on AWS. */
export interface AlbLimitsArgs {
  /**
   * What may be called, in REST and gRPC alike: `predict`, `classify`, `regress`, `multiInference`
   * (which REST has not), `metadata` and `status`. Everything else gets 404; gRPC's health stays open.
   * @default - all of them
   */
  verbs?: string[];
}

const calls: Record<string, { rest?: string; grpc: readonly string[] }> = knownVerbs;

type PathPattern = inputs.lb.ListenerRuleConditionPathPattern;

/** Shape of AlbLimitsArgs. */
export const albLimitsSchema = objectOf<AlbLimitsArgs>({
  verbs: listOf(oneOf(verbNames))
    .refine(
      (given) => given.some((verb) => calls[verb as string]?.rest !== undefined),
      "names no verb of REST, whose target group needs one: add predict, or another",
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
  const ends = verbs.flatMap((verb) => calls[verb].rest || []);
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
  const open = [...verbs.flatMap((verb) => calls[verb].grpc), ...healthMethods];
  const services = [...new Set(open.map((method) => method.split("/")[0]))];
  return {
    regexValues: services.map((service) => {
      const methods = open.filter((method) => method.startsWith(`${service}/`));
      const names = methods.map((method) => method.split("/")[1]).join("|");
      return `^/${service.replaceAll(".", "\\.")}/(${names})$`;
    }),
  };
}
