import { buildPeerImage, openCompose } from "./support/compose";
import { standInNote } from "./support/images";
import { measure, say, size } from "./support/measure";
import { makeModel, modelName } from "./support/model";
import { findCapacity, loadNote, releaseUnderLoad } from "./support/releaseLoad";
import { releaseGoals, releaseLine, Releases, releaseTables } from "./support/releaseReport";
import { openService } from "./support/service";

// Releases by each strategy; every second one goes back to the version before.
const releases = size(3, 1);
// Under load before and after each release.
const calmSeconds = size(10, 4);

const ports = { restPort: 18801, grpcPort: 18800 };
const peerPorts = { restPort: 18803, grpcPort: 18802 };

measure("release", 15, async (later) => {
  const models = { 1: makeModel(1), 2: makeModel(2) };
  const service = await openService(
    "release",
    {
      restPort: String(ports.restPort),
      grpcPort: String(ports.grpcPort),
      modelName,
      notebook: "false",
    },
    later,
  );
  say("bringing four replicas up");
  await service.configure({ modelFolder: models[1] });
  await service.up();
  const rate = (await findCapacity(ports)) / 4;
  say(`load: ${rate.toFixed(0)} requests/s, a quarter of the capacity`);

  const ours: Releases[] = [];
  for (const strategy of ["surge", "inPlace"]) {
    const done: Releases = { name: `this project, ${strategy}`, figures: [], seconds: [] };
    for (let release = 0; release < releases; release++) {
      const version = release % 2 === 0 ? 2 : 1;
      await service.configure({ strategy, modelFolder: models[version] });
      const result = await releaseUnderLoad(ports, rate, calmSeconds, version, () => service.up());
      done.figures.push(result.figures);
      done.seconds.push(result.seconds);
      say(`${strategy}, release ${release + 1}: ${releaseLine(result.figures)}`);
    }
    ours.push(done);
    // The other strategy starts from the first version as well.
    await service.configure({ strategy, modelFolder: models[1] });
    await service.up();
  }
  await service.pulumi(["destroy", "--yes", "--skip-preview"]);

  const images = { 1: "bench-peer:1", 2: "bench-peer:2" };
  await buildPeerImage(images[1], models[1], later);
  await buildPeerImage(images[2], models[2], later);
  const compose = openCompose({ project: "benchpeer", modelName, ...peerPorts }, later);
  await compose.up(images[1]);
  await findCapacity(peerPorts);
  const theirs = await releaseUnderLoad(peerPorts, rate, calmSeconds, 2, () =>
    compose.up(images[2]),
  );
  say(`docker-compose: ${releaseLine(theirs.figures)}`);
  const peer = { name: "docker-compose", figures: [theirs.figures], seconds: [theirs.seconds] };

  return {
    title: "A model change under load",
    how: [
      `Four replicas; the model's version is changed ${releases} times by each strategy with ` +
        `\`pulumi up\`. ${loadNote(rate)}`,
      "docker-compose 1.29 gets the same load for one `docker-compose up -d` with another image: " +
        "four replicas of the two-line image that TensorFlow Serving's documentation makes, built " +
        "before, behind HAProxy as its own guide configures it for Docker's DNS, with health checks " +
        "and retries ([bench/peers](../bench/peers)).",
      ...standInNote(),
    ],
    goals: releaseGoals(ours),
    tables: releaseTables([...ours, peer]),
    notMeasured: [
      "Clients on other machines.",
      "docker-compose 2 and other balancers: a recreate stops a container before it starts its successor there too.",
    ],
  };
});
