import { beforeEach, describe, expect, it } from "vitest";
import * as pulumi from "@pulumi/pulumi";

import type { LiveObject } from "../../../components/kubernetes/cluster/appliedConfiguration";
import {
  guardedAnnotations,
  wantedRelease,
} from "../../../components/kubernetes/release/wantedRelease";
import { cluster, kubeconfigFor, listOf, startFakeCluster } from "../../support/fakeCluster";
import { promiseOf, startMocks } from "../../support/mocks";
import { liveDeployment } from "./liveDeployment";

const deployment = (annotations?: Record<string, string>) => liveDeployment({ annotations });
const undone = deployment({
  "tfserving.release": "undone",
  "deployment.kubernetes.io/revision": "3",
});

describe("the release that a Deployment has to be wanted as", () => {
  it.each<[string, LiveObject | undefined, string]>([
    ["is the first where there is none", undefined, "wanted"],
    ["is the first where it says nothing", deployment(), "wanted"],
    ["stays", deployment({ "tfserving.release": "wanted" }), "wanted"],
    [
      "stays what it became after an undo",
      deployment({ "tfserving.release": "wanted after revision 2" }),
      "wanted after revision 2",
    ],
    ["is another after an undo", undone, "wanted after revision 3"],
  ])("%s", (_name, live, wanted) => {
    expect(wantedRelease(live)).toBe(wanted);
  });
});

describe("the annotations of a guarded Deployment", () => {
  beforeEach(async () => void (await startMocks()));

  const declared = { namespace: "models", labels: { app: "model" } };
  const ofDeployments = "/apis/apps/v1/namespaces/models/deployments";

  /** Of a Deployment on a cluster with these answers. */
  async function annotations(answers: Record<string, unknown>) {
    const kubeconfig = kubeconfigFor(await startFakeCluster(answers));
    return promiseOf(pulumi.output(guardedAnnotations({ ...cluster, kubeconfig }, declared)));
  }

  it("are the same for each release without access to the cluster", () => {
    expect(guardedAnnotations(undefined, declared)).toEqual({
      "pulumi.com/patchForce": "true",
      "tfserving.release": "wanted",
    });
  });

  it("follow what an undo has left on the cluster", async () => {
    expect(await annotations({ [ofDeployments]: listOf(undone) })).toEqual({
      "pulumi.com/patchForce": "true",
      "tfserving.release": "wanted after revision 3",
    });
  });

  it("are those of the first release where Deployments cannot be listed", async () => {
    expect(await annotations({})).toMatchObject({ "tfserving.release": "wanted" });
  });
});
