// The provider that stands in for `kubernetes` in engine tests, on a cluster as they use one.
import { afterAll, beforeAll, expect } from "vitest";
import { type Cluster, startCluster } from "../../cluster/cluster";
import { TestProvider } from "../../kubernetes/provider";
import type { Options, Plain } from "../../provider/provider";

/** What the provider warned of. */
export const warnings: string[] = [];

export const provider = new TestProvider({
  warn: (_urn, message) => void warnings.push(message),
  status: () => {},
});

/** Runs a cluster while the tests of a file run. */
export function withCluster(): () => Cluster {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
    await provider.configure({ kubeconfig: cluster.kubeconfig });
  });
  afterAll(() => cluster?.stop());
  return () => cluster;
}

export const noOptions: Options = { timeoutSeconds: 0, ignored: [] };
export const within = (timeoutSeconds: number): Options => ({ timeoutSeconds, ignored: [] });

export const urnOf = (type: string, name = "one") =>
  `urn:pulumi:test::tests::kubernetes:${type}::${name}`;

export interface Made {
  urn: string;
  id: string;
  inputs: Plain;
  state: Plain;
}

export async function checked(type: string, given: Plain, olds: Plain = {}): Promise<Plain> {
  const { inputs, failures } = await provider.check(urnOf(type), olds, given);
  expect(failures).toEqual([]);
  return inputs;
}

export async function make(type: string, given: Plain): Promise<Made> {
  const inputs = await checked(type, given);
  const { id, outputs: state } = await provider.create(urnOf(type), inputs, within(60));
  return { urn: urnOf(type), id, inputs, state };
}

/** Applies other inputs to an object. */
export async function change(made: Made, given: Plain, options = within(60)): Promise<Made> {
  const type = made.urn.split("kubernetes:")[1].split("::")[0];
  const inputs = await checked(type, given, made.inputs);
  const { urn, id } = made;
  const state = await provider.update(urn, id, made.state, made.inputs, inputs, options);
  return { ...made, inputs, state };
}

export const remove = ({ urn, id, state }: Made) => provider.delete(urn, id, state, within(60));

/** Inputs of a Deployment whose pod does nothing; the node has its image. */
export function idle(app: string, pod: Plain = {}): Plain {
  const container = { name: "idle", image: "tfserving.test/system:1", command: ["/pause"] };
  return {
    spec: {
      selector: { matchLabels: { app } },
      template: {
        metadata: { labels: { app } },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [{ ...container, imagePullPolicy: "Never", ...pod }],
        },
      },
    },
  };
}
