import { describeGuardedRelease } from "../../e2e/kubernetes/guardedRelease";

describeGuardedRelease("before 4.29: by Apply at all times", {
  PULUMI_K8S_UPSERT_EXISTING_OBJECTS: "true",
});
