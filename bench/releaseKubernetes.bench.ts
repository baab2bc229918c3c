import { machineOf } from "../test/support/outsideService";
import {
  gone,
  openCluster,
  openClusterService,
  openWays,
  ours,
  ourReplicas,
  podNames,
} from "./support/cluster";
import { buildPeerImage } from "./support/compose";
import { standInNote } from "./support/images";
import { deployPeer, releasePeer, stopPeer, theirs } from "./support/kubernetesPeer";
import { measure, say, seconds, size } from "./support/measure";
import { makeModel } from "./support/model";
import { findCapacity, freshLoadNote, releaseUnderLoad } from "./support/releaseLoad";
import { releaseGoals, releaseLine, Releases, releaseTables } from "./support/releaseReport";

// Every second one goes back to the version before.
const releases = size(3, 1);
const fewestRequests = 10_000;
// Under load before and after each release.
const calmSeconds = size(8, 4);
// The node's two cores have room for two sets of these.
const replicas = { replicas: 3, cpus: 0.33, memoryMb: 1024 };

measure("releaseKubernetes", 15, async (later) => {
  const cluster = await openCluster(later);
  const models = { 1: makeModel(1), 2: makeModel(2) };
  const pushPeer = async (version: 1 | 2) => {
    const image = `bench-kubernetes-peer:${version}`;
    await buildPeerImage(image, models[version], later);
    return cluster.push(image, "peer");
  };
  const images = { 1: await pushPeer(1), 2: await pushPeer(2) };
  say("bringing three replicas of the plain Deployment up");
  const startSeconds = await deployPeer(cluster, images[1], replicas);
  say(`a replica took ${seconds(startSeconds)} to start`);
  const nearPeer = await openWays(cluster, theirs, 18600, later);
  const theirCapacity = await findCapacity(nearPeer);
  await stopPeer(cluster);

  const service = await openClusterService(
    cluster,
    "kubernetes",
    {
      ...replicas,
      cpus: String(replicas.cpus),
      startTimeoutSeconds: 120,
      kubernetesService: { network: { clients: [{ cidr: `${machineOf(cluster)}/32` }] } },
    },
    later,
  );
  await service.configure({ modelFolder: models[1] });
  say("bringing three replicas of this project up");
  await service.up();
  const near = await openWays(cluster, ours, 18500, later);
  const ourCapacity = await findCapacity(near);
  const rate = Math.min(ourCapacity, theirCapacity) / 4;
  const capacities =
    `${ourCapacity.toFixed(0)} requests/s here, ` +
    `${theirCapacity.toFixed(0)} for the plain Deployment`;
  say(`load: ${rate.toFixed(0)} requests/s, a quarter of the smaller capacity (${capacities})`);

  const done: Releases = { name: "this project, Kubernetes", figures: [], seconds: [] };
  for (let release = 0; release < releases; release++) {
    const version = release % 2 === 0 ? 2 : 1;
    await service.configure({ modelFolder: models[version] });
    const before = await podNames(cluster, ours.namespace, ourReplicas);
    const up = async () => {
      await service.up();
      await gone(cluster, ours.namespace, before);
    };
    const result = await releaseUnderLoad(near, rate, calmSeconds, version, up, true);
    done.figures.push(result.figures);
    done.seconds.push(result.seconds);
    say(`release ${release + 1}, ${seconds(result.seconds)}: ${releaseLine(result.figures)}`);
  }
  await service.pulumi(["destroy", "--yes", "--skip-preview"]);

  const others: Releases[] = [];
  for (const probed of [false, true]) {
    const name = probed ? "Deployment with a readiness probe" : "plain Deployment";
    await stopPeer(cluster);
    await deployPeer(cluster, images[1], replicas, probed);
    await findCapacity(nearPeer);
    const release = () => releasePeer(cluster, images[2]);
    const result = await releaseUnderLoad(nearPeer, rate, calmSeconds, 2, release, true);
    others.push({ name, figures: [result.figures], seconds: [result.seconds] });
    say(`${name}, ${seconds(result.seconds)}: ${releaseLine(result.figures)}`);
  }

  return {
    title: "A model change under load on Kubernetes",
    how: [
      "A real Kubernetes 1.34 of one node, with kube-proxy (iptables), in namespaces of its own. " +
        `Three replicas; the model's version is changed ${releases} times with \`pulumi up\`, which ` +
        `builds and pushes the image as well, on the same two cores. ${freshLoadNote(rate)} A release lasts until the last ` +
        "old pod has ended. The small predictions are together a quarter of the smaller of both " +
        `capacities, measured before (${capacities}: a Service keeps a gRPC connection on one ` +
        "replica). Clients reach both Services over the node's address and one TCP relay, so that a " +
        "refused connection reads ECONNRESET.",
      "The plain Deployment gets the same load for one `kubectl set image` to an image that was " +
        "built and pushed before: three replicas of the two-line image that TensorFlow Serving's " +
        "documentation makes, behind a Service, without probes and with the default update " +
        "settings, as its own [guide to Kubernetes](https://www.tensorflow.org/tfx/serving/serving_kubernetes) " +
        "has it ([bench/peers](../bench/peers)); once more with a readiness probe on the model's " +
        "status. Replicas have the same requests, limits (0.33 CPU, 1 GiB) and thread flags on both " +
        `sides, and take about ${startSeconds.toFixed(0)} s to start; so long a Service without ` +
        "probes sends new connections to servers that do not listen yet. Old ones ignore SIGTERM " +
        "and serve their connections for the 30 s of grace, then break them.",
      ...standInNote(),
    ],
    goals: releaseGoals([done], fewestRequests),
    tables: releaseTables([done, ...others]),
    notMeasured: [
      "Several nodes: on one machine they would share its cores.",
      "What the balancers add to latency: the p99 before a release is that of some hundred requests, " +
        `for this project of the slowest of ${releases} releases.`,
      "A Deployment with a preStop hook and a proxy of its own that balances calls, which a team " +
        "can write as well.",
    ],
  };
});
