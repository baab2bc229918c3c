import * as pulumi from "@pulumi/pulumi";
import { isObject } from "../../arguments/checks";
import { Problem } from "../../arguments/problem";
import {
  anyText,
  FieldsOf,
  laterOr,
  objectOf,
  problemsOfArgs,
  recordOf,
  trueOrFalse,
  valueWhere,
  wholeNumberFrom,
} from "../../arguments/schema";
import { DockerEngine } from "../../engine/engine";
import { checkPort } from "../../engine/hostPorts";
import {
  NotebookCallerArgs,
  notebookCallerFields,
  notebookDefaults,
  sharedNotebookFields,
  SharedNotebookArgs,
} from "../../serving/notebook/notebookArgs";
import { checkFolder, checkMountable } from "./hostFolders";

/** Arguments of a notebook on a Docker host, whose files are the host's own. */
export interface HostNotebookArgs extends SharedNotebookArgs, NotebookCallerArgs {
  /**
   * Folder of notebooks on the Docker host, mounted to be written at
   * /home/jovyan/projectDir. On this machine it may be relative to the program's
   * folder; on another it is an absolute path there, and must belong to uid 1000.
   */
  folder: string;

  /**
   * Folder on the Docker host, mounted to be read at /home/jovyan/model, which the
   * notebook finds as MODEL_DIR. A path like `folder`. @default - none
   */
  dataFolder?: string;

  /** Port of 127.0.0.1 on the Docker host; on Swarm, of the node's every address. @default 8888 */
  port?: number;

  /** GPUs that the notebook sees: "all" or "device=0"; on Swarm such as "NVIDIA-GPU=1". @default - none */
  gpus?: string;

  /** Further labels for everything that can have some. @default - none */
  labels?: Record<string, string>;

  /** What the engine said of itself (`inspectEngine`). @default - taken ports are not found at preview */
  engine?: DockerEngine;

  /**
   * Whether the Docker host is another machine, so that folders are absolute paths there.
   * @default - as `engine` says, else it is this machine
   */
  remoteHost?: boolean;
}

/** Arguments of a DockerNotebook. */
export interface DockerNotebookArgs extends HostNotebookArgs {
  /** Network of the model service: `DockerModelService.networkName`. */
  networkName: pulumi.Input<string>;
}

/** Schemas of the fields of HostNotebookArgs. */
export const hostNotebookFields: FieldsOf<HostNotebookArgs> = {
  ...sharedNotebookFields,
  ...notebookCallerFields,
  folder: anyText(),
  dataFolder: anyText().optional(),
  port: wholeNumberFrom(1, 65535).optional(),
  gpus: anyText().optional(),
  labels: recordOf(anyText()).optional(),
  engine: valueWhere(isObject, "use what inspectEngine gives back").optional(),
  remoteHost: trueOrFalse().optional(),
};

const schema = objectOf<DockerNotebookArgs>({
  ...hostNotebookFields,
  networkName: laterOr(anyText()),
}).partial();

/**
 * Everything about a notebook on one Docker host that would keep it from starting or from being reached.
 *
 * @param args - those that are known
 * @param stack - `<project>/<stack>`; a port that its own notebook holds is free
 */
export function checkDockerNotebook(args: Partial<DockerNotebookArgs>, stack: string): Problem[] {
  return problemsOfArgs(schema, args, notebookDefaults, (args) => [
    ...checkOnHost(args, stack, "127.0.0.1"),
    ...checkMountable("folder", args.folder),
    ...checkMountable("dataFolder", args.dataFolder),
  ]);
}

/**
 * What the Docker host has against a notebook.
 *
 * @param address - on which its port is published
 */
export function checkOnHost(
  args: Partial<HostNotebookArgs> & { port: number },
  stack: string,
  address: string,
): Problem[] {
  return [
    ...checkFolder("folder", args.folder, args),
    ...checkFolder("dataFolder", args.dataFolder, args),
    ...checkPort("port", { port: args.port, address }, stack, args.engine),
  ];
}
