// ECS, where no task runs here and so no load: what counts is what a release changes, and in which order.
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { modelServiceDefaults } from "@tf-model-serving/core";
import { type AwsServer, startAwsServer } from "../../providers/aws/awsServer";
import { docker } from "../../support/docker";
import { type Registry, startRegistry } from "../../support/registry";
import { configure, createStack, type TestStack } from "../../support/stack";
import { readStackFile } from "../../support/stackConfig";
import { stepsIn } from "../../support/steps";
import { addModel } from "./models";
import { describeRow, type Row, rowsOf } from "./rows";
import { modelName, settingsOf, type State } from "./settings";

/** Images go to ECR, canaries are refused, and the command rollback is not for ECS. */
const ecsFixed = { registry: "none", canary: "none", back: "by config" } as const;

const registryPort = 23131;
const first: State = { version: 1, flag: 0, replicas: 2 };

/** What happens to a stack in its life. */
interface EcsEvent {
  event: string;
  change: Partial<State>;
  /** Steps that it takes on AWS. */
  steps: string[];
}

const service = "update aws:ecs/service:Service serving";
/** A new task definition, taken by the service that is there. */
const release = [
  "create-replacement aws:ecs/taskDefinition:TaskDefinition serving",
  "delete-replaced aws:ecs/taskDefinition:TaskDefinition serving",
  "replace aws:ecs/taskDefinition:TaskDefinition serving",
  service,
];
/** How long the load balancer waits for an answer. */
const patience = [
  "update aws:cloudwatch/metricAlarm:MetricAlarm serving-latency",
  "update aws:lb/targetGroup:TargetGroup serving-rest",
];

/** One after the other. */
function eventsOf(row: Row): EcsEvent[] {
  return [
    { event: "another flag", change: { flag: 1 }, steps: [...patience, ...release] },
    // Otherwise the number is autoscaling's.
    ...(row.scaling === "fixed"
      ? [{ event: "another number of replicas", change: { replicas: 3 }, steps: [service] }]
      : []),
    { event: "a new model version", change: { version: 2 }, steps: release },
    { event: "the release before", change: { version: 1 }, steps: release },
  ];
}

/**
 * Declares the tests of ECS: every event under rows of settings.
 *
 * @param rows - which rows; of all, the first one says the most
 */
export function describeEcsMatrix(rows = (all: Row[]) => all): void {
  describe("releases on ecs", () => {
    let server: AwsServer;
    let registry: Registry;
    let models: string;

    beforeAll(async () => {
      models = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-models-"));
      for (const version of [1, 2]) addModel(models, modelName, version);
      addModel(models, "other", 1);
      [server, registry] = await Promise.all([startAwsServer(), startRegistry(registryPort)]);
    });

    afterAll(async () => {
      const names = ["--filter", `reference=${registry?.address}/*`];
      const pushed = docker("images", "--format", "{{.Repository}}:{{.Tag}}", ...names);
      if (pushed) docker("rmi", ...pushed.split("\n"));
      fs.rmSync(models, { recursive: true, force: true });
      await registry?.stop();
      await server?.stop();
    });

    describe.each(
      rows(rowsOf(ecsFixed)).map((row) => ({ row, words: describeRow(row, ecsFixed) })),
    )("with $words", ({ row }) => {
      let state = first;
      let program: TestStack;

      beforeAll(async () => {
        program = await createStack("matrix-ecs", configOf(row, state, models), undefined, {
          ...server.env,
          TEST_ECR_REGISTRY: registry.address,
          TEST_ECR_LOGIN: `${registry.username}:${registry.password}`,
        });
        await stepsOf(program, "up");
      });

      afterAll(() => program?.remove());

      describe.each(eventsOf(row))("$event", ({ change, steps }) => {
        beforeAll(async () => {
          state = { ...state, ...change };
          await configure(program.stack, configOf(row, state, models));
        });

        test("is planned to delete nothing until all else is there", async () => {
          expect(deletedFirst(await stepsOf(program, "preview"))).toEqual([]);
        });

        test("changes nothing on AWS but what it is about, and deletes last", async () => {
          const taken = await stepsOf(program, "up");
          expect(deletedFirst(taken)).toEqual([]);
          expect(taken.filter((step) => step.includes(" aws:")).sort()).toEqual([...steps].sort());
        });

        test("leaves nothing to do to a second update", async () => {
          expect(await stepsOf(program, "up")).toEqual([]);
        });
      });

      describe("a release that ECS rolls back", () => {
        const changeFlag = async (flag: number) => {
          state = { ...state, flag };
          await configure(program.stack, configOf(row, state, models));
        };

        test("fails the update", async () => {
          await changeFlag(2);
          program.stack.workspace.envVars.TEST_ECS_ROLLS_BACK = "true";
          const update = stepsOf(program, "up");
          await expect(update).rejects.toThrow("The release was rolled back");
          delete program.stack.workspace.envVars.TEST_ECS_ROLLS_BACK;
        });

        test("needs no repair before the next good one", async () => {
          await changeFlag(3);
          expect(deletedFirst(await stepsOf(program, "up"))).toEqual([]);
          expect(await stepsOf(program, "up")).toEqual([]);
        });
      });
    });
  });
}

function configOf(row: Row, state: State, modelFolder: string): Record<string, unknown> {
  return {
    ...readStackFile("Pulumi.staging.yaml"),
    // Another one is refused, and the other targets' stacks of this machine have a stand-in.
    balancerImage: modelServiceDefaults.balancerImage,
    // The load balancer has this time-out as well, in seconds.
    ...settingsOf(row, state, (number) => ({ restApiTimeoutMs: 20_000 + number })),
    ...(row.scaling === "fixed"
      ? {}
      : { awsService: { autoscaling: { minReplicas: 2, maxReplicas: 4, cpuPercent: 60 } } }),
    modelFolder,
  };
}

async function stepsOf(program: TestStack, operation: "preview" | "up"): Promise<string[]> {
  const events: EngineEvent[] = [];
  await program.stack[operation]({ onEvent: (event) => void events.push(event) });
  return stepsIn(events);
}

/** What is deleted before the last step that makes or changes something. */
function deletedFirst(steps: string[]): string[] {
  const isDelete = (step: string) => step.startsWith("delete");
  return steps.filter(
    (step, at) => isDelete(step) && steps.slice(at).some((later) => !isDelete(later)),
  );
}
