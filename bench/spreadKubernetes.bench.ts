import { Cluster } from "../test/cluster/cluster";
import { openOutside } from "../test/support/outsideService";
import {
  askPod,
  openCluster,
  openClusterService,
  ours,
  ourReplicas,
  podNames,
} from "./support/cluster";
import { standInNote } from "./support/images";
import { measure, say, size } from "./support/measure";
import { makeModel, modelName } from "./support/model";
import { measureSpread, spreadCells, spreadGoal } from "./support/spread";

const calls = size(4000, 400);
const underWay = [1, 8];
const replicas = 4;
// A Service of the bench's own, of the same pods.
const direct = { namespace: ours.namespace, name: "direct" };

measure("spreadKubernetes", 8, async (later) => {
  const cluster = await openCluster(later);
  const config = {
    replicas,
    // Four of them, and all else, on two cores.
    cpus: "0.3",
    memoryMb: 1024,
    startTimeoutSeconds: 120,
    modelFolder: makeModel(1),
    // Replicas take connections from balancers only, else.
    kubernetesService: { network: { policies: false } },
  };
  const service = await openClusterService(cluster, "kubernetes-spread", config, later);
  say("bringing four replicas up");
  await service.up();
  cluster.apply({
    apiVersion: "v1",
    kind: "Service",
    metadata: direct,
    spec: { selector: ourReplicas, ports: [{ port: 8500 }] },
  });

  const ways = [
    { name: "this project's Service, to HAProxy", service: ours, nodePort: 18510 },
    { name: "a ClusterIP Service, to the replicas", service: direct, nodePort: 18511 },
  ];
  const rows = [];
  for (const { name, service, nodePort } of ways) {
    say(name);
    const tunnel = await openOutside(cluster, service, 8500, nodePort);
    later(() => tunnel.close());
    const grpcPort = tunnel.port;
    const count = () => callsPerReplica(cluster);
    for (const atOnce of underWay) {
      const spread = await measureSpread({ grpcPort, calls, underWay: atOnce, replicas, count });
      rows.push({ name, service, spread });
    }
  }
  const throughOurs = rows.filter(({ service }) => service === ours);
  return {
    title: "Spread of one gRPC connection on Kubernetes",
    how: [
      `${calls.toLocaleString("en")} small predictions on one connection over ${replicas} replicas, ` +
        "one at a time and eight at a time; counted by the replicas' own metrics " +
        "(`:tensorflow:serving:request_count`). Both Services lead to the same pods of one cluster: " +
        "the stack's own by way of its two HAProxy pods, of which a connection reaches one; the " +
        "other straight to the replicas, as a Service of type ClusterIP does with kube-proxy. HAProxy " +
        "gives a call to a replica with the fewest under way: with several at a time, one that is " +
        "slower for a moment gets fewer.",
      ...standInNote(),
    ],
    goals: [spreadGoal(throughOurs.map(({ spread }) => spread))],
    tables: [
      {
        columns: ["through", "calls under way", "calls per replica", "furthest off"],
        rows: rows.map(({ name, spread }) => [name, ...spreadCells(spread)]),
      },
    ],
    notMeasured: [
      "Clients that balance themselves over a headless Service: each has to be told to, and learns " +
        "of new replicas only when it asks DNS again.",
    ],
  };
});

/** Predictions that each replica has answered. */
async function callsPerReplica(cluster: Cluster): Promise<Record<string, number>> {
  const counter = new RegExp(
    `^:tensorflow:serving:request_count\\{model_name="${modelName}",status="OK"\\} (\\d+)`,
    "m",
  );
  const counts: Record<string, number> = {};
  for (const pod of await podNames(cluster, ours.namespace, ourReplicas)) {
    const path = "/monitoring/prometheus/metrics";
    const metrics = await askPod(cluster, ours.namespace, pod, path);
    counts[pod] = Number(counter.exec(metrics)?.[1] ?? 0);
  }
  return counts;
}
