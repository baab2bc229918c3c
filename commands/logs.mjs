// @ts-check
import { Failure, npmRun, runCommand, say, stackOption } from "./lib/command.mjs";
import { selectContainers } from "./lib/containers.mjs";
import { requireEngine } from "./lib/engine.mjs";
import { isOnKubernetes } from "./lib/kubernetes/cluster.mjs";
import { showPodLogs } from "./lib/kubernetes/podLogs.mjs";
import { followLogs, readLogs } from "./lib/logs.mjs";
import { listParts } from "./lib/services.mjs";
import { requireOwnTarget } from "./lib/target.mjs";
import { openWorkspace } from "./lib/workspace.mjs";

const defaultTail = "100";

await runCommand({
  name: "logs",
  summary: "Shows what the containers or pods of a stack say, in the order in which they said it.",
  positional: "[replica | canary | balancer | notebook | NUMBER OF A REPLICA | POD]",
  options: {
    ...stackOption,
    follow: { type: "boolean", short: "f", help: "go on until Ctrl-C" },
    tail: {
      type: "string",
      short: "n",
      value: "LINES",
      help: `last lines of each, or all (default: ${defaultTail})`,
    },
    timestamps: { type: "boolean", short: "t", help: "show when each line was written" },
  },
  run: async (values, [which, ...more]) => {
    const tail = String(values.tail ?? defaultTail);
    if (more.length > 0 || !/^(\d+|all)$/.test(tail)) {
      throw new Failure(
        more.length > 0
          ? "Only one part can be named."
          : `--tail is "${tail}", not a number or all.`,
        "npm run logs -- --help lists what there is.",
        2,
      );
    }
    const workspace = await openWorkspace(values.stack);
    requireOwnTarget(workspace, "logs");
    const { host, label, stack } = workspace;
    const options = { tail, timestamps: Boolean(values.timestamps) };
    if (isOnKubernetes(workspace)) {
      await showPodLogs(workspace, which, options, Boolean(values.follow));
      return;
    }
    await requireEngine(host);
    const containers = selectContainers(await listParts(host, label), which);
    if (containers.length === 0) {
      throw new Failure(
        `The stack ${label} has no ${which ? `such container (${which})` : "container"} at ${host}.`,
        `${npmRun("status", stack)} shows what there is, ${npmRun("up", stack)} starts it.`,
      );
    }
    if (values.follow) {
      await followLogs(host, containers, options, say);
      return;
    }
    (await readLogs(host, containers, options)).forEach((line) => say(line));
    say(`\nNext: ${npmRun("logs -- --follow", stack)}   goes on showing; --help: one part only`);
  },
});
