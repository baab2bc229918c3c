import * as path from "node:path";

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { ReleaseStrategy } from "@tf-model-serving/core";
import {
  KubernetesModelService,
  KubernetesModelServiceArgs,
  KubernetesNotebook,
  KubernetesNotebookArgs,
} from "@tf-model-serving/kubernetes";
import { type Registration, settle, startMocks } from "../../support/mocks";
import { repository } from "../../support/stackConfig";
import { everything, required } from "./kubernetesEdges";

interface Container {
  image: string;
  securityContext: object;
  env?: { name: string; value: string }[];
}

interface Pod {
  automountServiceAccountToken: boolean;
  enableServiceLinks: boolean;
  securityContext: object;
  terminationGracePeriodSeconds: number;
  containers: Container[];
  initContainers?: Container[];
}

// A PodMonitor needs to know who monitors.
const { canary, network, podMonitor, ...fields } = everything;
const samples = path.join(repository, "model/notebooks");

/** A service with any of its settings, each in any combination. */
const services: fc.Arbitrary<Partial<KubernetesModelServiceArgs>> = fc
  .record(
    {
      ...Object.fromEntries(
        Object.entries(fields).map(([name, value]) => [name, fc.constant(value)]),
      ),
      canary: fc.constant(canary),
      strategy: fc.constantFrom(ReleaseStrategy.Surge, ReleaseStrategy.InPlace),
      drainSeconds: fc.integer({ min: 0, max: 600 }),
      cpus: fc.constantFrom(0.1, 1, 2.5),
      balancers: fc.integer({ min: 1, max: 16 }),
    },
    { requiredKeys: [] },
  )
  .chain((service) =>
    fc.constantFrom(service, { ...service, network }, { ...service, network, podMonitor }),
  );

const notebooks: fc.Arbitrary<Partial<KubernetesNotebookArgs>> = fc.record(
  {
    folder: fc.constant(samples),
    dataFolder: fc.constant(samples),
    running: fc.boolean(),
    gpus: fc.integer({ min: 0, max: 2 }),
    internet: fc.boolean(),
    labels: fc.constant({ team: "reef" }),
    retainOnDestroy: fc.boolean(),
  },
  { requiredKeys: [] },
);

/** What a program with a service and its notebook registers. */
async function objects(
  service: Partial<KubernetesModelServiceArgs>,
  notebook: Partial<KubernetesNotebookArgs>,
): Promise<Registration[]> {
  const recording = await startMocks();
  new KubernetesModelService("serving", { ...required, ...service });
  const { modelName, namespace, serviceName: modelServiceName } = required;
  const model = { modelName, modelServiceName, restUrl: "http://m:8501", grpcAddress: "m:8500" };
  new KubernetesNotebook("notebook", { namespace, ...model, ...notebook });
  await settle();
  return recording.resources.filter(({ type }) => type.startsWith("kubernetes:"));
}

function podOf({ inputs }: Registration): Pod | undefined {
  return (inputs.spec as { template?: { spec: Pod } } | undefined)?.template?.spec;
}

describe("whatever the settings of a service and its notebook", { timeout: 60_000 }, () => {
  const drawn = fc.sample(fc.tuple(services, notebooks), 8);
  let made: Promise<{ found: Registration; settings: string; drainSeconds?: number }[]>;

  async function make() {
    const all = [];
    for (const [service, notebook] of drawn) {
      const settings = JSON.stringify([service, notebook]);
      const found = await objects(service, notebook);
      all.push(...found.map((one) => ({ found: one, settings, ...service })));
    }
    return all;
  }

  /** Holds for every object; the first test makes them, since Pulumi's mocks belong to one. */
  async function always(
    check: (found: Registration, settings: { drainSeconds?: number }) => void,
  ): Promise<void> {
    made ??= make();
    for (const { found, settings, drainSeconds } of await made) {
      try {
        check(found, { drainSeconds });
      } catch (error) {
        throw new Error(`${found.name} with ${settings}`, { cause: error });
      }
    }
  }

  it("pods are restricted, and know neither the API server nor other Services", () =>
    always((found) => {
      const pod = podOf(found);
      if (pod) {
        expect(pod).toMatchObject({
          automountServiceAccountToken: false,
          enableServiceLinks: false,
        });
        expect(pod.securityContext).toMatchObject({
          runAsNonRoot: true,
          seccompProfile: { type: "RuntimeDefault" },
        });
        for (const container of [...pod.containers, ...(pod.initContainers ?? [])]) {
          expect(container.securityContext).toEqual({
            allowPrivilegeEscalation: false,
            capabilities: { drop: ["ALL"] },
            readOnlyRootFilesystem: true,
          });
        }
      }
    }));

  it("replicas run images by digest, and have drained before they are killed", () =>
    always((found, { drainSeconds = 5 }) => {
      const pod = podOf(found);
      const server = pod?.containers.find(({ env = [] }) =>
        env.some(({ name }) => name === "TFS_DRAIN_SECONDS"),
      );
      if (pod && server) {
        expect(server.image).toMatch(/@sha256:[0-9a-f]{64}$/);
        expect(server.env).toContainEqual({
          name: "TFS_DRAIN_SECONDS",
          value: String(drainSeconds),
        });
        expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(drainSeconds);
      }
    }));

  it("no secret is in an object but a Secret, and no Service has an address outside", () =>
    always(({ type, inputs }) => {
      expect(type.endsWith(":Secret") || !JSON.stringify(inputs).includes("result-of-")).toBe(true);
      if (type.endsWith(":Service")) {
        expect(inputs.spec).toMatchObject({ type: "ClusterIP" });
      }
    }));

  it("every object has the stack's labels, its namespace, and is taken back by an update", () =>
    always(({ inputs }) => {
      expect(inputs.metadata).toMatchObject({
        namespace: "models",
        labels: { "tfserving.stack": "tfserving.dev" },
        annotations: { "pulumi.com/patchForce": "true" },
      });
    }));
});
