import { describe, expect, it } from "vitest";

import { requireDockerTarget } from "../../../commands/lib/target.mjs";

const workspace = (target: string) => ({ stack: "prod", setting: () => target });

describe("a command that works on a Docker Engine", () => {
  it.each([
    ["up", "npm run pulumi -- up -s prod   brings it up"],
    ["down", "npm run pulumi -- destroy -s prod"],
    ["status", "npm run pulumi -- stack output -s prod"],
    [
      "logs",
      'aws logs tail "$(npm run --silent pulumi -- stack output -s prod logGroup)" --follow',
    ],
    ["rollback", "npm run pulumi -- config set image DIGEST -s prod"],
  ] as const)("%s, says what to type where the stack is on AWS", (command, advice) => {
    expect(() => requireDockerTarget(workspace("ecs"), command)).toThrow(
      expect.objectContaining({
        message: `The stack prod is on AWS, and npm run ${command} works on a Docker Engine.`,
        advice: expect.stringContaining(advice) as string,
      }),
    );
  });

  it.each(["docker", "swarm"])("goes on where the target is %s", (target) => {
    expect(() => requireDockerTarget(workspace(target), "up")).not.toThrow();
  });
});
