import { execFileSync } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { describe, expect, it } from "vitest";

import { renderTunnelCommand } from "../../../components/aws/notebook/ecsTunnel";
import { temporaryFolder } from "../../support/modelFolder";

const target = {
  region: "eu-central-1",
  clusterName: "models",
  serviceName: "notebook",
  localPort: 9999,
};

// Answers as AWS's command does with `--output text`, and writes down how it was called.
const aws = `#!/bin/sh
printf '%s\\n' "$@" | tr '\\n' '\\037' >> "$CALLS"
echo >> "$CALLS"
case "$2" in
  list-tasks) echo "$TASK" ;;
  describe-tasks) echo 0123abcd-4567 ;;
esac
`;

/** Runs the command with a stand-in for AWS's own; the arguments of every call. */
function run(shell: string): string[][] {
  const folder = temporaryFolder();
  const calls = path.join(folder, "calls");
  fs.writeFileSync(path.join(folder, "aws"), aws, { mode: 0o755 });
  execFileSync(shell, ["-c", renderTunnelCommand(target)], {
    stdio: "ignore",
    env: {
      PATH: `${folder}:${process.env.PATH}`,
      CALLS: calls,
      TASK: "arn:aws:ecs:eu-central-1:123456789012:task/models/0123abcd",
    },
  });
  return fs
    .readFileSync(calls, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\u001f").slice(0, -1));
}

describe("the tunnel's command", () => {
  it.each(["sh", "bash"])("finds the container and opens a session to it, in %s", (shell) => {
    const [list, describeTasks, session] = run(shell);
    expect(list).toEqual([
      ..."ecs list-tasks --region eu-central-1 --cluster models".split(" "),
      ..."--service-name notebook --query taskArns[0] --output text".split(" "),
    ]);
    expect(describeTasks).toEqual([
      ..."ecs describe-tasks --region eu-central-1 --cluster models".split(" "),
      "--tasks",
      "arn:aws:ecs:eu-central-1:123456789012:task/models/0123abcd",
      "--query",
      "tasks[0].containers[?name=='notebook'].runtimeId | [0]",
      "--output",
      "text",
    ]);
    expect(session.slice(0, -1)).toEqual([
      ..."ssm start-session --region eu-central-1".split(" "),
      ..."--target ecs:models_0123abcd_0123abcd-4567".split(" "),
      ..."--document-name AWS-StartPortForwardingSession --parameters".split(" "),
    ]);
    expect(JSON.parse(session.at(-1)!)).toEqual({
      portNumber: ["8888"],
      localPortNumber: ["9999"],
    });
  });
});
