import { createRequire } from "node:module";
import { Command, CommanderError, Option } from "commander";
import { refuseTakenByNpm } from "./npmFlags";
import { defaultStack } from "./output/console";
import { Failure, report } from "./output/failure";
import { openWorkspace, type Workspace } from "./setup/workspace";

/** The values of a command's options, by their long names. */
export type Options = Record<string, string | boolean | undefined>;

/**
 * What a command does on a stack.
 *
 * @returns its exit code; nothing is 0
 */
export type Run = (
  workspace: Workspace,
  options: Options,
  words: string[],
) => Promise<number | void>;

/** Node.js' own import() knows no TypeScript, and importing everything ahead takes a second. */
const load: <T>(file: string) => T = createRequire(__filename);

/** Runs the npm command that the arguments name, and sets this process's exit code. */
export async function main(args: string[]): Promise<void> {
  // Whoever reads may have seen enough: npm run logs | head.
  process.stdout.on("error", () => process.exit());
  try {
    const program = commands();
    const command = program.commands.find((one) => one.name() === args[0]);
    if (command?.name() === "pulumi") {
      const { pulumi } = load<typeof import("./commands/pulumi.js")>("./commands/pulumi");
      process.exitCode = await pulumi(args.slice(1));
      return;
    }
    if (command) {
      refuseTakenByNpm(command, args.slice(1), process.env);
    }
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    const shown = error instanceof CommanderError && error.exitCode === 0;
    process.exitCode = shown ? 0 : report(asFailure(error, args));
  }
}

/** Every command with its options. What a command needs is loaded once it runs. */
export function commands(): Command {
  const program = new Command("npm run")
    .usage("COMMAND -- [options]")
    .description("Puts a TensorFlow model into production, and looks after it.")
    .helpOption("-h, --help", "this text")
    .addHelpText("after", "\nnpm run COMMAND -- --help tells more of each.");

  const onStack = (name: string, summary: string, find: () => Run) =>
    program
      .command(name)
      .summary(summary.split(".")[0])
      .description(summary)
      .usage("-- [options]")
      .helpOption("-h, --help", "this text")
      .option(
        "-s, --stack <STACK>",
        `stack to work on (default: PULUMI_STACK, else ${defaultStack})`,
      )
      .action(async (...called) => {
        const command = called.at(-1) as Command;
        const options = command.opts<Options>();
        const run = find();
        const workspace = openWorkspace(options.stack as string | undefined);
        process.exitCode = (await run(workspace, options, command.args)) ?? 0;
      });
  const yes = () =>
    new Option(
      "-y, --yes",
      `do not ask; without a terminal needed on any stack but ${defaultStack}`,
    );

  const policyPack = () =>
    new Option("--policy-pack <FOLDER>", "hold the stack to a policy pack, such as policy");
  const policyPackConfig = () =>
    new Option(
      "--policy-pack-config <FILE>",
      "its levels, reasons and budgets (default: config.json in its folder)",
    );

  onStack(
    "up",
    "Sets up what is missing on this machine, then brings the stack up and asks it once.",
    () => load<typeof import("./commands/up.js")>("./commands/up").up,
  )
    .addOption(yes())
    .addOption(policyPack())
    .addOption(policyPackConfig())
    .option("--retry", "try registries again for images that have a stand-in")
    .option(
      "--plan <FILE>",
      "only what a plan of preview --save-plan says; refused where it is not that",
    )
    .addHelpText("after", "\nExit code 0: the model is served and answered; 1: not so.");

  onStack(
    "preview",
    "Shows what up would change. Nothing is touched but what this machine lacks.",
    () => load<typeof import("./commands/preview.js")>("./commands/preview").preview,
  )
    .option("--diff", "show every property that changes")
    .addOption(policyPack())
    .addOption(policyPackConfig())
    .option("--markdown", "as a summary for a pull request: release, signature, losses, costs")
    .option("--refresh", "compare with what runs, not only with the record")
    .option(
      "--save-plan <FILE>",
      "write down what up -- --plan FILE may do; compares with what runs",
    )
    .option("--expect-no-changes", "fail where something would change; compares with what runs")
    .addHelpText("after", "\nExit code 0: the settings are good; 1: not so.");

  onStack(
    "status",
    "Shows what runs of a stack, its addresses and the state of its models.",
    () => load<typeof import("./commands/status.js")>("./commands/status").status,
  )
    .option("--json", "as JSON")
    .addHelpText("after", "\nExit code 0: all of it runs and the models are served; 1: not so.");

  onStack(
    "lineage",
    "Shows where what is served comes from: image, model version, code, data and numbers.",
    () => load<typeof import("./commands/lineage.js")>("./commands/lineage").lineage,
  ).option("--json", "as JSON");

  onStack(
    "logs",
    "Shows what the parts of a stack say, in the order in which they said it.",
    () => load<typeof import("./commands/logs.js")>("./commands/logs").logs,
  )
    .argument("[PART]", "replica, canary, balancer, notebook, or one of them as status shows it")
    .usage("-- [options] [PART]")
    .option("-f, --follow", "go on until Ctrl-C")
    .option("-n, --tail <LINES>", "last lines of each, or all", "100")
    .option("-t, --timestamps", "show when each line was written")
    .option(
      "--raw",
      "lines as they were written, without a part in front: requests as JSON, for jq",
    );

  onStack(
    "predict",
    "Asks the service: for the classes of the ten held-out pictures, of your own, or for any JSON.",
    () => load<typeof import("./commands/predict.js")>("./commands/predict").predict,
  )
    .argument("[FILE...]", "pictures, or files of JSON: instances or inputs")
    .usage("-- [options] [FILE...]")
    .option("--json", "show the answer as JSON")
    .option("--top <N>", "how many classes of each picture", "1")
    .option("--model <NAME>", "one of several models of the stack")
    .addHelpText("after", "\nExit code 0: the service answered, all ten rightly; 1: not so.");

  onStack(
    "open",
    "Opens the notebook in the browser.",
    () => load<typeof import("./commands/open.js")>("./commands/open").open,
  )
    .option("--port <PORT>", "of this machine, where one has to be forwarded")
    .addHelpText(
      "after",
      "\nWithout a terminal or a browser it prints the URL, with the notebook's token." +
        "\nWhere the notebook is on another machine, a way to it stays open until Ctrl-C.",
    );

  onStack(
    "rollback",
    "Goes back to the release before the one that is up: its image, without a build, and its settings.",
    () => load<typeof import("./commands/rollback.js")>("./commands/rollback").rollback,
  )
    .addOption(yes())
    .addHelpText(
      "after",
      "\nIt pins that release in the stack's config file once the update has ended well, and not before." +
        "\nA second rollback goes forward again." +
        "\nExit code 0: the release before is served and answered; 1: not so.",
    );

  onStack(
    "down",
    "Removes all that a stack made. Images, notebooks and the empty stack stay.",
    () => load<typeof import("./commands/down.js")>("./commands/down").down,
  )
    .addOption(yes())
    .option("--remove", "remove the stack with its history too")
    .addHelpText("after", "\nExit code 0: nothing of the stack is left; 1: not so.");

  onStack(
    "doctor",
    "Looks for what stands in the way of a stack: tools, engine, ports, disk, registries, credentials.",
    () => load<typeof import("./commands/doctor.js")>("./commands/doctor").doctor,
  ).addHelpText("after", "\nExit code 0: nothing does; 1: something does.");

  onStack(
    "environment",
    "Makes a preview environment, or renews one: a stack for a while, with the settings of another.",
    () => load<typeof import("./commands/environment.js")>("./commands/environment").environment,
  )
    .option("--from <STACK>", "whose settings it has (default: as before)")
    .option("--ttl <TIME>", "how long it lives from now on, such as 90m, 24h or 3d", "3d")
    .addOption(policyPack())
    .addOption(policyPackConfig())
    .addHelpText(
      "after",
      "\nIt has ports and names of its own, and no notebook; npm run sweep removes it once its time is up." +
        "\nExit code 0: the model is served and answered; 1: not so, as where the host has no room.",
    );

  onStack(
    "key",
    "Makes, revokes and lists keys of clients, in the stack's file: up makes it so.",
    () => {
      const { key } = load<typeof import("./commands/key.js")>("./commands/key");
      return async (...given) => key(...given);
    },
  )
    .argument("<ACTION>", "add, revoke or list")
    .argument("[NAME]", "the client")
    .usage("-- [options] add NAME | revoke NAME | list")
    .option("--models <NAMES>", "add: the models that it may call, such as a,b (default: all)")
    .option("--verbs <NAMES>", "add: what it may call, such as predict,status (default: all)")
    .option("--out <FILE>", "add: write the key into a new file, for your eyes only")
    .option("--hash <DIGITS>", "revoke: only the key whose hash begins so (default: all)")
    .addHelpText("after", "\nadd shows the key once, on stdout: only its hash is kept.");

  program
    .command("sweep")
    .summary("Removes preview environments whose time is up")
    .description("Removes preview environments whose time is up, or those that are named.")
    .usage("-- [options] [STACK...]")
    .helpOption("-h, --help", "this text")
    .argument("[STACK...]", "environments to remove whatever time they have left")
    .option("--dry-run", "show what would be removed, and remove nothing")
    .addHelpText("after", "\nExit code 0: they are gone; 1: one could not be removed.")
    .action(async (names: string[], options: Options) => {
      const { sweep } = load<typeof import("./commands/sweep.js")>("./commands/sweep");
      process.exitCode = await sweep(openWorkspace(), options, names);
    });

  program
    .command("import")
    .summary("Makes a stack file of a docker-compose.yml with TensorFlow Serving")
    .description(
      "Makes a stack file of a docker-compose.yml with TensorFlow Serving, and says line by line what it took. Nothing else changes.",
    )
    .argument("<FILE>", "the compose file")
    .usage("-- [options] FILE")
    .helpOption("-h, --help", "this text")
    .option("-s, --stack <STACK>", "stack to make (default: the compose file's name or folder)")
    .option("--target <TARGET>", "docker or swarm", "docker")
    .option("--service <NAME>", "the service to serve, where there are several")
    .option("--replace", "write a stack file anew that is there already")
    .action((file: string, options: Options) =>
      load<typeof import("./commands/import.js")>("./commands/import").importFile(file, options),
    );

  program
    .command("pulumi")
    .summary("any Pulumi command on the stack")
    .usage("-- ARGUMENTS")
    .allowUnknownOption();

  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ writeErr: () => {} });
  }
  return program;
}

/** What commander refuses, in the words of the commands. */
function asFailure(error: unknown, [name = "help", ...args]: string[]): unknown {
  if (!(error instanceof CommanderError)) {
    return error;
  }
  const [message, nearest = ""] = error.message.replace(/^error: /, "").split("\n");
  const isKnown = error.code !== "commander.unknownCommand";
  const listed = `npm run ${isKnown ? `${name} -- --help` : "help"} lists what there is.`;
  // npm takes -s for its own --silent and passes on what follows.
  const silent = process.env.npm_config_loglevel === "silent" && /^[^-]/.test(args[0] ?? "");
  const advice = silent ? `for a stack write npm run ${name} -- -s ${args[0]}; ${listed}` : listed;
  return new Failure(`${message}. ${nearest}`.trim(), advice, 2);
}
