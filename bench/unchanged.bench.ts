import { root } from "../cli/setup/folders";
import { openCompose } from "./support/compose";
import { standInNote } from "./support/images";
import { measure, median, say, seconds, size } from "./support/measure";
import { run } from "./support/process";
import { openService } from "./support/service";

const rounds = size(5, 1);
const goalSeconds = 5;

const config = { restPort: "18821", grpcPort: "18820", notebookPort: "18828" };

measure("unchanged", 8, async (later) => {
  const service = await openService("unchanged", config, later);
  const { stack } = service;
  const npmUp = () =>
    run("npm", ["run", "up", "--", "--stack", stack.name, "--yes"], {
      cwd: root,
      env: { ...process.env, ...stack.workspace.envVars },
    });
  const times: Record<string, number[]> = { "pulumi up": [], "npm run up": [], compose: [] };
  // npm run up first: it may tell the program more than this stack's own file.
  await npmUp();
  for (let round = 0; round < rounds; round++) {
    times["npm run up"].push(unchanged(await npmUp()));
  }
  await service.up();
  for (let round = 0; round < rounds; round++) {
    times["pulumi up"].push(unchanged(await service.up()));
  }
  const { output } = await service.pulumi(["stack", "output", "image"]);
  const peer = { project: "benchsame", modelName: "my_model", restPort: 18823, grpcPort: 18822 };
  const compose = openCompose(peer, later);
  await compose.up(output.trim());
  for (let round = 0; round < rounds; round++) {
    times.compose.push((await compose.up(output.trim())).seconds);
  }
  for (const [name, taken] of Object.entries(times)) {
    say(`${name}: ${taken.map(seconds).join(", ")}`);
  }

  return {
    title: "A second up with nothing changed",
    how: [
      "The project's default stack (four replicas, balancer, notebook). `npm run up` also looks at " +
        "the machine's set-up before and makes a prediction afterwards. Previews are skipped, as " +
        "`npm run up` does.",
      ...standInNote(),
    ],
    goals: ["pulumi up", "npm run up"].map((name) => ({
      goal: `${name} under ${goalSeconds} s`,
      result: seconds(median(times[name])),
      met: median(times[name]) < goalSeconds,
    })),
    tables: [
      {
        columns: [`${rounds} times`, "fastest", "median", "slowest"],
        rows: Object.entries(times).map(([name, taken]) => [
          name === "compose" ? "docker-compose up -d, without a notebook" : name,
          seconds(Math.min(...taken)),
          seconds(median(taken)),
          seconds(Math.max(...taken)),
        ]),
      },
    ],
    notMeasured: [],
  };
});

/** A second update that did something is no measurement. */
function unchanged({ output, seconds: taken }: { output: string; seconds: number }): number {
  if (!/\d+ unchanged/.test(output) || /\d+ (created|updated|replaced|deleted)/.test(output)) {
    throw new Error(`something changed:\n${output.slice(-2000)}`);
  }
  return taken;
}
