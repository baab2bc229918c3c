import { describe, expect, it } from "vitest";

import { requireOwnTarget } from "../../../commands/lib/target.mjs";

const workspace = (target: string) => ({ stack: "prod", setting: () => target });

describe("a command that works on Docker and Kubernetes", () => {
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
    expect(() => requireOwnTarget(workspace("ecs"), command)).toThrow(
      expect.objectContaining({
        message: `The stack prod is on AWS, and npm run ${command} works on Docker and Kubernetes.`,
        advice: expect.stringContaining(advice) as string,
      }),
    );
  });

  it.each(["docker", "swarm", "kubernetes"])("goes on where the target is %s", (target) => {
    expect(() => requireOwnTarget(workspace(target), "up")).not.toThrow();
  });
});
