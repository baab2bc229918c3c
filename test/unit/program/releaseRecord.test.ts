import { describe, expect, it } from "vitest";
import { onRecord, recordOnce, releasesIn, withRelease } from "../../../program/releaseRecord";
import { releaseSettings } from "../../../program/config/settings";
import { promiseOf, startMocks } from "../../support/mocks";
import { setConfig } from "../../support/stackConfig";

const first = { image: "tf_serving:1", modelVersion: "1", settings: { cpus: "1", pids: "9" } };
const held = { startTimeoutSeconds: 40 };
const now = "2026-11-26T18:00:00.000Z";
const second = { ...first, image: "tf_serving:2", modelVersion: "2" };

describe("the record of releases", () => {
  it("begins without a release before", () => {
    expect(withRelease({}, first, held, now)).toEqual({
      release: { ...first, releasedAt: now },
      previousRelease: undefined,
    });
  });

  it("moves on with another image", () => {
    expect(withRelease({ release: first }, second, held, now)).toEqual({
      release: { ...second, releasedAt: now },
      previousRelease: first,
    });
  });

  it("keeps signature and card of what is up as outputs, and of the release before with it", () => {
    const own = {
      signature: { methodName: "predict", inputs: {}, outputs: {} },
      modelCard: { commit: "2aca3ea" },
    };
    const { release } = withRelease({}, { ...first, ...own }, held, now);
    const whole = { ...first, releasedAt: now };
    expect(release).toEqual(whole);
    const recorded = releasesIn({ release, previousRelease: null, ...own });
    expect(recorded.release).toEqual({ ...whole, ...own });
    expect(withRelease(recorded, second, held, now).previousRelease).toEqual({ ...whole, ...own });
  });

  it("moves on with another setting", () => {
    const other = { ...first, settings: { cpus: "2", pids: "9" } };
    expect(withRelease({ release: first }, other, held, now).previousRelease).toEqual(first);
  });

  it("stays with the same image and settings, in whatever order", () => {
    const same = { ...second, settings: { pids: "9", cpus: "1" } };
    const recorded = { release: second, previousRelease: first };
    expect(withRelease(recorded, same, held, now).previousRelease).toEqual(first);
  });

  it("tells since when the release is up", () => {
    const up = { ...first, releasedAt: "2026-11-25T09:00:00.000Z" };
    expect(withRelease({ release: up }, first, held, now).release).toEqual(up);
    // What an older program has recorded is not given a time that is wrong.
    expect(withRelease({ release: first }, first, held, now).release?.releasedAt).toBeUndefined();
    expect(withRelease({ release: up }, second, held, now).release?.releasedAt).toBe(now);
  });

  it("stays where a setting is left to the target that was set to the same", () => {
    const set = { ...first, settings: { ...first.settings, startTimeoutSeconds: "40" } };
    const left = { ...first, settings: { ...first.settings, startTimeoutSeconds: "0" } };
    const recorded = { release: set, previousRelease: second };
    expect(withRelease(recorded, left, held, now).previousRelease).toEqual(second);
    expect(withRelease(recorded, left, { startTimeoutSeconds: 120 }, now).previousRelease).toEqual(
      set,
    );
  });

  it("swaps when the release before comes back", () => {
    const back = withRelease({ release: second, previousRelease: first }, first, held, now);
    expect(back).toEqual({ release: { ...first, releasedAt: now }, previousRelease: second });
  });

  it("knows the model's version and card of an image that is not built", async () => {
    await startMocks();
    const modelCard = { metrics: { accuracy: 0.97 } };
    const recorded = { release: second, previousRelease: { ...first, modelCard } };
    expect(await promiseOf(onRecord(recorded, first.image).modelVersion)).toBe("1");
    expect(await promiseOf(onRecord(recorded, first.image).modelCard)).toEqual(modelCard);
    expect(await promiseOf(onRecord(recorded, "tf_serving:0").modelVersion)).toBe("");
  });

  it("is left as it is while replicas are not ready", async () => {
    await startMocks();
    const never = new Promise<never>(() => {});
    const { release } = recordOnce(never, { release: first }, held, second);
    const settled = promiseOf(release).then(() => "recorded");
    const waited = new Promise((resolve) => setImmediate(() => resolve("waiting")));
    expect(await Promise.race([settled, waited])).toBe("waiting");
  });

  it("has the settings that make a release, as the configuration has them", async () => {
    await startMocks();
    setConfig({ cpus: "0.5" });
    expect(releaseSettings(["modelVersion"])).toEqual({
      ...{ modelName: "my_model", server: "{}", cpus: "0.5", memoryMb: "2048", pids: "1024" },
      ...{
        gpus: "",
        drainSeconds: "5",
        stopGraceSeconds: "0",
        startTimeoutSeconds: "0",
        requestTimeoutSeconds: "0",
      },
      modelVersion: "",
    });
  });

  it("is the same where a default of Pulumi.yaml is left to the target", () => {
    const left = { ...first, settings: { stopGraceSeconds: "0", gpus: "", pids: "1024" } };
    const set = { ...first, settings: { stopGraceSeconds: "15", gpus: "0", pids: "1024" } };
    const target = { stopGraceSeconds: 15, gpus: 0 };
    expect(withRelease({ release: set }, left, target, now).previousRelease).toBeUndefined();
    const other = { ...first, settings: { ...left.settings, pids: "9" } };
    expect(withRelease({ release: left }, other, target, now).previousRelease).toEqual(left);
  });
});
