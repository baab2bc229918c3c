import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { expect, inject } from "vitest";
import { stringify } from "yaml";
import { root } from "../../../cli/setup/folders";
import { killUpAt, startCommand } from "../../support/killedUp";
import { describeLoad, type Load, startLoad } from "../../support/load";
import { spoilVariables } from "../../support/modelFolder";
import { addModel, request } from "./models";
import type { Row } from "./rows";
import { modelName, settingsOf, type State } from "./settings";
import type { MatrixTarget } from "./target";

// What counts is that nothing is lost, on two cores that also start replicas.
const perSecond = 10;
const longestMinutes = 30;

/** An event of the engine, of which only steps are read. */
interface PreviewEvent {
  resourcePreEvent?: { metadata: { op: string; urn: string } };
}

// Without it `preview --json` tells of a replacement, and not in which order it comes.
const streaming = { PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" };

/** A stack of a row's settings, through the npm commands, under a load from its first `up` on. */
export class Scenario {
  private readonly models = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-models-"));
  private readonly file: string;
  private state: State = { version: 1, flag: 0, replicas: 2 };
  private load?: Load;

  constructor(
    private readonly target: MatrixTarget,
    private readonly row: Row,
    private readonly stack: string,
  ) {
    this.file = path.join(root, `Pulumi.${stack}.yaml`);
    // A canary's version is another one.
    for (const version of [1, 2]) addModel(this.models, modelName, version);
    addModel(this.models, "other", 1);
    this.state.version = 2;
  }

  async begin(): Promise<void> {
    await this.good({});
    await this.startLoad("begin");
  }

  /** Checks that no request was lost in an event, which is what the load's phase is called. */
  async under(event: string, work: () => Promise<void>): Promise<void> {
    this.load!.mark(event);
    const { failed } = this.load!.progress();
    await work();
    await this.load!.more(30);
    if (this.load!.progress().failed > failed) {
      const lost = await this.load!.stop();
      await this.startLoad("after a loss");
      expect.fail(describeLoad(lost));
    }
  }

  /** A new version of the model; gives its number. */
  addVersion(): number {
    const version = Math.max(...fs.readdirSync(path.join(this.models, modelName)).map(Number)) + 1;
    addModel(this.models, modelName, version);
    return version;
  }

  /** The next version, which a preview takes and no server loads. */
  addBrokenVersion(): number {
    const version = this.addVersion();
    spoilVariables(path.join(this.models, modelName, String(version)));
    return version;
  }

  removeVersion(version: number): void {
    fs.rmSync(path.join(this.models, modelName, String(version)), { recursive: true });
  }

  /**
   * An update that works, after a preview that deletes nothing first, and one that changes nothing.
   *
   * @param extra - settings beside the state
   * @param settles - why there is one more between the two
   */
  async good(
    change: Partial<State>,
    extra: Record<string, unknown> = {},
    settles?: string,
  ): Promise<void> {
    this.configure(change, extra);
    await this.expectNothingDeletedFirst();
    await this.succeed("up");
    if (settles !== undefined) {
      await this.succeed("up");
    }
    await this.expectUnchanged();
  }

  /** An update that fails with what the server said; the state is that of before. */
  async bad(change: Partial<State>): Promise<void> {
    const before = this.state;
    this.configure(change);
    await this.expectNothingDeletedFirst();
    const { output, status } = await this.run("up");
    expect(status, output).toBe(1);
    expect(output).toMatch(/What was served before is served on|rolled back|rollback completed/);
    this.state = before;
  }

  /** An update that is killed halfway, and another that ends well without repair. */
  async killed(change: Partial<State>): Promise<void> {
    this.configure(change);
    await killUpAt(this.stack, this.target.replacing, this.target.env);
    await this.succeed("up");
    await this.expectUnchanged();
  }

  /** Back to the release before. */
  async back(before: Partial<State>): Promise<void> {
    if (this.row.back === "by config") {
      return this.good(before);
    }
    await this.succeed("rollback");
    this.state = { ...this.state, ...before };
    await this.expectUnchanged();
  }

  /** The version that answers, once the last replica of another one has gone. */
  async expectVersion(version: number): Promise<void> {
    if (this.row.canary === "none") {
      await expect.poll(() => this.version(), { timeout: 30_000 }).toBe(String(version));
    }
  }

  async end(): Promise<void> {
    if (this.load) {
      console.info(describeLoad(await this.load.stop()));
    }
    const { output, status } = await this.run("down", ["--remove"]);
    fs.rmSync(this.file, { force: true });
    fs.rmSync(this.models, { recursive: true, force: true });
    expect(status, output).toBe(0);
  }

  private async startLoad(phase: string): Promise<void> {
    const url = `http://127.0.0.1:${await this.target.open()}/v1/models/${modelName}:predict`;
    const target = { api: "rest" as const, url, body: request };
    this.load = startLoad({ target, perSecond, maxSeconds: longestMinutes * 60, phase });
    await this.load.more(20);
  }

  private configure(change: Partial<State>, extra: Record<string, unknown> = {}): void {
    this.state = { ...this.state, ...change };
    const settings = {
      ...inject("images"),
      ...this.target.settings(this.row),
      ...settingsOf(this.row, this.state, this.target.flags),
      ...extra,
      modelFolder: this.models,
    };
    const entries = Object.entries(settings)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [`tfserving:${key}`, value]);
    fs.writeFileSync(this.file, stringify({ config: Object.fromEntries(entries) }));
  }

  /** Replacing in place is what the strategy rolling is for. */
  private async expectNothingDeletedFirst(): Promise<void> {
    const { output, status } = await this.run("pulumi", ["preview", "--json"], streaming);
    expect(status, output).toBe(0);
    const steps = output
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .flatMap((line) => (JSON.parse(line) as PreviewEvent).resourcePreEvent?.metadata ?? []);
    expect(steps).not.toEqual([]);
    const made = (urn: string, at: number) =>
      steps.slice(0, at).some((step) => step.op === "create-replacement" && step.urn === urn);
    const first = steps
      .filter(({ op, urn }, at) => op === "delete-replaced" && !made(urn, at))
      .map(({ urn }) => urn.split("::").slice(2).join(" "))
      .filter((urn) => this.target.serving.test(urn));
    const inPlace = /-(replica|canary)-\d+$/;
    const allowed = (urn: string) => this.row.strategy === "inPlace" && inPlace.test(urn);
    expect(first.filter((urn) => !allowed(urn))).toEqual([]);
  }

  private async expectUnchanged(): Promise<void> {
    const output = await this.succeed("up");
    expect(output).toMatch(/^Resources: \d+ unchanged$/m);
  }

  private async succeed(command: string): Promise<string> {
    const { output, status } = await this.run(command);
    expect(status, output).toBe(0);
    return output;
  }

  private run(command: string, args: string[] = [], env: Record<string, string> = {}) {
    return startCommand(this.stack, command, args, { ...this.target.env, ...env });
  }

  private async version(): Promise<string> {
    const url = `http://127.0.0.1:${await this.target.open()}/v1/models/${modelName}`;
    const { model_version_status: versions } = (await (await fetch(url)).json()) as {
      model_version_status: { version: string }[];
    };
    return versions.map(({ version }) => version).join();
  }
}
