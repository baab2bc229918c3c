import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import * as prettier from "prettier";
import type { TestProject } from "vitest/node";
import { root } from "../../cli/setup/folders";
import { describeMachine } from "./machine";
import { Measurement, mergePage, renderSection } from "./section";

declare module "vitest" {
  export interface ProvidedContext {
    /** Where each bench file leaves what it measured. */
    measurements: string;
  }
}

const pageFile = path.join(root, "docs", "benchmarks.md");
const order = [
  "release",
  "releaseSwarm",
  "releaseKubernetes",
  "firstPrediction",
  "unchanged",
  "balancer",
  "edge",
  "overload",
  "spread",
  "spreadKubernetes",
  "push",
  "preview",
  "previewSwarm",
  "replicas",
];

/** Gathers what the bench files measure and writes it to docs/benchmarks.md at the end. */
export default function setup(project: TestProject): () => Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-bench-"));
  project.provide("measurements", folder);
  const started = Date.now();
  return async () => {
    const measured = readMeasurements(folder);
    fs.rmSync(folder, { recursive: true });
    const minutes = ((Date.now() - started) / 60_000).toFixed(1);
    console.log(`\n${summary(measured)}\n`);
    if (measured.length === 0) {
      console.log(`Nothing was measured (${minutes} min). Next: see the errors above.`);
    } else if (process.env.BENCH_QUICK) {
      console.log(`BENCH_QUICK: too few requests to publish; docs/benchmarks.md is as it was.`);
    } else {
      await write(measured);
      console.log(
        `Wrote docs/benchmarks.md (${minutes} min). Next: git diff docs/benchmarks.md, and commit ` +
          "it if the machine did nothing else meanwhile.",
      );
    }
  };
}

function readMeasurements(folder: string): Measurement[] {
  return fs
    .readdirSync(folder)
    .map((file) => JSON.parse(fs.readFileSync(path.join(folder, file), "utf8")) as Measurement)
    .sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}

async function write(measured: Measurement[]): Promise<void> {
  const machine = describeMachine();
  const sections = Object.fromEntries(
    measured.map((measurement) => [measurement.name, renderSection(measurement, machine)]),
  );
  const before = fs.existsSync(pageFile) ? fs.readFileSync(pageFile, "utf8") : "";
  const options = await prettier.resolveConfig(pageFile);
  const page = await prettier.format(mergePage(before, sections, order), {
    ...options,
    parser: "markdown",
  });
  fs.writeFileSync(pageFile, page);
}

function summary(measured: Measurement[]): string {
  return measured
    .flatMap(({ name, goals }) =>
      goals.map(
        ({ goal, result, met }) => `${met ? "met   " : "MISSED"}  ${name}: ${goal}: ${result}`,
      ),
    )
    .join("\n");
}
