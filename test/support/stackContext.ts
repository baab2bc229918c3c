import * as path from "node:path";
import type { Deployment, Outputs, StackContext } from "../../cli/targets/target";

/** What a test may say of a stack. */
export interface TestStackContext extends Partial<StackContext> {
  settings?: Record<string, unknown>;
  given?: Partial<Outputs>;
  recorded?: Deployment;
}

/** A stack as the commands know it, without Pulumi. */
export function stackContext(more: TestStackContext = {}): StackContext {
  const { settings = {}, given, recorded, ...others } = more;
  return {
    root: path.resolve(__dirname, "../.."),
    stack: "dev",
    label: "tfserving/dev",
    host: "unix:///no-docker-engine-in-unit-tests.sock",
    env: {},
    backend: { url: "file://.pulumi" },
    setting: (key) => settings[key],
    plainSetting: async (key) => settings[key],
    outputs: async () => given as Outputs | undefined,
    record: async () => recorded,
    writeRecord: async () => {},
    otherRecords: () => [],
    ...others,
  };
}
