import { Service, openService } from "./support/service";
import { buildPeerImage, openCompose } from "./support/compose";
import { firstAnswer } from "./support/firstAnswer";
import { standInNote } from "./support/images";
import { measure, median, say, seconds, size } from "./support/measure";
import { makeModel, modelName } from "./support/model";
import { run } from "./support/process";

const rounds = size(5, 1);
const coldRounds = size(3, 1);
const goalSeconds = 4;

const config = { restPort: "18811", grpcPort: "18810", modelName, notebook: "false" };
const peer = { project: "benchfirst", modelName, restPort: 18813, grpcPort: 18812 };

measure("firstPrediction", 12, async (later) => {
  const model = makeModel(1);
  const service = await openService("first", { ...config, modelFolder: model }, later);
  const compose = openCompose(peer, later);
  // The first one builds the image that both run.
  await service.up();
  const image = await servingImage(service);
  await destroy(service);

  const warm = { ours: [] as number[], theirs: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    warm.ours.push(await firstAnswer(Number(config.restPort), modelName, () => service.up()));
    await destroy(service);
    warm.theirs.push(await firstAnswer(peer.restPort, modelName, () => compose.up(image)));
    await compose.down();
    say(
      `warm: pulumi up ${seconds(warm.ours.at(-1)!)}, docker-compose ${seconds(warm.theirs.at(-1)!)}`,
    );
  }

  const cold = { ours: [] as number[], theirs: [] as number[] };
  for (let round = 0; round < coldRounds; round++) {
    // Content that no image on this machine holds.
    const unseen = makeModel(Math.floor(Date.now() / 1000));
    await service.configure({ modelFolder: unseen });
    cold.ours.push(await firstAnswer(Number(config.restPort), modelName, () => service.up()));
    const built = await servingImage(service);
    await destroy(service);
    later(() => run("docker", ["image", "rm", built]));
    const name = `bench-first:${round}`;
    cold.theirs.push(
      await firstAnswer(peer.restPort, modelName, async () => {
        await buildPeerImage(name, unseen, later);
        await compose.up(name);
      }),
    );
    await compose.down();
    say(
      `cold: pulumi up ${seconds(cold.ours.at(-1)!)}, docker-compose ${seconds(cold.theirs.at(-1)!)}`,
    );
  }

  const slower = median(warm.ours) - median(warm.theirs);
  return {
    title: "Time to the first prediction",
    how: [
      "From the start of `pulumi up` on a new stack, or of `docker-compose up -d`, to the first " +
        "prediction, which is asked for every 50 ms. Four replicas and HAProxy each; with a warm " +
        "cache both run the very same images, else each builds its own from a model that no image " +
        "holds yet (`docker build` and `docker-compose up -d` for the peer). `pulumi up` ends when " +
        "every replica is ready, docker-compose when every container was started.",
      ...standInNote(),
    ],
    goals: [
      {
        goal: `warm, at most ${goalSeconds} s slower than docker-compose`,
        result: `${slower.toFixed(1)} s slower`,
        met: slower <= goalSeconds,
      },
    ],
    tables: [
      {
        columns: ["median", "pulumi up", "docker-compose", "difference"],
        rows: [
          row(`images there (${rounds} times)`, warm),
          row(`model new (${coldRounds} times)`, cold),
        ],
      },
    ],
    notMeasured: [
      "Downloads: base images are on the machine in every run. Both sides would pull the same ones.",
    ],
  };
});

function row(name: string, { ours, theirs }: { ours: number[]; theirs: number[] }): string[] {
  const [a, b] = [median(ours), median(theirs)];
  return [name, seconds(a), seconds(b), `${a >= b ? "+" : ""}${(a - b).toFixed(1)} s`];
}

async function servingImage(service: Service): Promise<string> {
  return (await service.pulumi(["stack", "output", "image"])).output.trim();
}

function destroy(service: Service) {
  return service.pulumi(["destroy", "--yes", "--skip-preview"]);
}
