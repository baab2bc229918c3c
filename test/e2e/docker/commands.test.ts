import * as fs from "fs";
import * as path from "path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { heldOutPictures } from "../../../cli/predict/pictures";
import { root } from "../../../cli/setup/folders";
import { containers, docker, objects } from "../../support/docker";
import { CommandResult, predictedNames, runNpmCommand } from "../../support/npmCommand";
import { shownOutput, unsaidLines } from "../../support/shownOutput";

const stack = "test-commands";
const label = `tfserving/${stack}`;
const stackFile = path.join(root, `Pulumi.${stack}.yaml`);
const settings = `config:
  tfserving:replicas: 2
  tfserving:restPort: 18541
  tfserving:grpcPort: 18540
  tfserving:notebookPort: 18548
`;

describe("the npm commands", () => {
  let preview: CommandResult;
  let up: CommandResult;

  beforeAll(() => {
    fs.writeFileSync(stackFile, settings);
    preview = run("pulumi", "preview");
    up = run("up");
  });
  afterAll(() => {
    run("down", "--remove");
    fs.rmSync(stackFile, { force: true });
  });

  test("pulumi preview works before the first up", () => {
    expect(preview.output).toMatch(/\+ \d+ to create/);
    expect(preview.status).toBe(0);
  });

  test("up ends well, with the addresses and one prediction", () => {
    expect(up.output).toMatch(/REST +http:\/\/127\.0\.0\.1:18541\/v1\/models\/my_model/);
    expect(up.output).toMatch(/gRPC +127\.0\.0\.1:18540/);
    expect(up.output).toMatch(/notebook +http:\/\/127\.0\.0\.1:18548\/lab /);
    expect(up.output).toMatch(/predicted class= \S+ with confidence level of [01]\.\d\d/);
    expect(unsaid("up", up)).toEqual([]);
    expect(up.status).toBe(0);
  });

  test("up shows the notebook's token on no pipe, and how to get it", () => {
    expect(up.output).not.toContain("token=");
    const [command] = /stack output notebookUrl --show-secrets/.exec(up.output) ?? [];
    const { output, status } = run("pulumi", ...String(command).split(" "));
    expect(output).toMatch(/^http:\/\/127\.0\.0\.1:18548\/lab\?token=\w{40}\n$/);
    expect(status).toBe(0);
  });

  test("up leaves the stack's own config file alone", () => {
    expect(fs.readFileSync(stackFile, "utf8")).toBe(settings);
  });

  test("up again changes nothing", () => {
    const before = containers(label);
    const again = run("up");
    expect(again.status).toBe(0);
    expect(again.output).toMatch(/\d+ unchanged/);
    expect(again.output).not.toMatch(/\d+ (created|updated|replaced|deleted)/);
    expect(containers(label)).toEqual(before);
  });

  test("predict names all ten pictures", () => {
    const predicted = run("predict");
    expect(predictedNames(predicted.output)).toEqual(
      heldOutPictures(root).map((picture) => picture.name),
    );
    expect(unsaid("predict", predicted)).toEqual([]);
    expect(predicted.status).toBe(0);
  });

  test("status shows every container and the state of the model", () => {
    const shown = run("status");
    expect(shown.output).toMatch(/replica +1/);
    expect(shown.output).toMatch(/replica +2/);
    expect(unsaid("status", shown)).toEqual([]);
    expect(shown.status).toBe(0);
  });

  test.each(["replica", "notebook", "balancer", "2"])("logs %s shows what it said", (part) => {
    const { output, status } = run("logs", part);
    expect(output.split("\n").length).toBeGreaterThan(1);
    expect(status).toBe(0);
  });

  test("logs refuses a part that there is not", () => {
    const { output, status } = run("logs", "nobody");
    expect(output).toContain('"nobody" is no part of a stack');
    expect(status).not.toBe(0);
  });

  test("up brings a removed replica back", () => {
    const [removed] = containers(label, "replica");
    docker("rm", "-f", removed);
    expect(run("up").status).toBe(0);
    expect(containers(label, "replica")).toHaveLength(2);
  });

  test("down leaves nothing of the stack on Docker", () => {
    const removed = run("down");
    expect(objects(label)).toEqual([]);
    expect(unsaid("down", removed)).toEqual([]);
    expect(removed.status).toBe(0);
  });
});

function run(command: string, ...args: string[]): CommandResult {
  return runNpmCommand(command, stack, args);
}

/** What docs/quickstart.md shows of a command, and the command has not said. */
function unsaid(command: string, { output }: CommandResult): string[] {
  const shown = shownOutput("docs/quickstart.md", `npm run ${command}`);
  // A terminal has what goes to stderr first, the progress; `output` has it last.
  return unsaidLines(shown, output + output, stack);
}
