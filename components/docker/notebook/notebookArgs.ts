import * as fs from "fs";
import * as path from "path";
import * as pulumi from "@pulumi/pulumi";
import { DockerEngine, isLocal } from "../../engine/engine";
import { checkPort } from "../../engine/hostPorts";
import { Problem, wholeNumber } from "../../core/problem";

/** What a notebook is told, wherever it runs. */
export interface NotebookOptions {
  /** Base URL of the model on that network; the notebook finds it as TF_SERVING_REST_URL. */
  restUrl: pulumi.Input<string>;

  /** gRPC address on that network; the notebook finds it as TF_SERVING_GRPC_ADDRESS. */
  grpcAddress: pulumi.Input<string>;

  /** Name of the model; the notebook finds it as MODEL_NAME. */
  modelName: pulumi.Input<string>;

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

  /**
   * Jupyter image: one of the Jupyter Docker Stacks, or one that keeps their contract.
   * @default "quay.io/jupyter/tensorflow-notebook:2026-10-05"
   * @see https://jupyter-docker-stacks.readthedocs.io/en/latest/using/selecting.html
   */
  image?: string;

  /** Port of 127.0.0.1 on the Docker host. @default 8888 */
  port?: number;

  /** Memory limit, in MiB; there is no swap beyond it. @default 4096 */
  memoryMb?: number;

  /** GPUs that the notebook sees: "all" or "device=0". @default - none */
  gpus?: string;

  /** Further labels for the container. @default - none */
  labels?: Record<string, string>;

  /** What the engine said of itself (`inspectEngine`). @default - taken ports are not found at preview */
  engine?: DockerEngine;

  /**
   * Whether the Docker host is another machine, so that folders are absolute paths there.
   * @default - as `engine` says, else it is this machine
   */
  remoteHost?: boolean;
}

/** Arguments of a Notebook. */
export interface NotebookArgs extends NotebookOptions {
  /** Network of the model service: `DockerModelService.networkName`. */
  networkName: pulumi.Input<string>;
}

/** Defaults of NotebookArgs. */
export const notebookDefaults = {
  image: "quay.io/jupyter/tensorflow-notebook:2026-10-05",
  port: 8888,
  memoryMb: 4096,
} satisfies Partial<NotebookOptions>;

/** The part of a notebook's arguments that can be judged before there is any resource. */
export type NotebookShape = Pick<
  NotebookOptions,
  "folder" | "dataFolder" | "engine" | "remoteHost"
> &
  Omit<typeof notebookDefaults, "image">;

/** Everything about a notebook on one Docker host that would keep it from starting or from being reached. */
export function checkNotebook(shape: NotebookShape, stack: string): Problem[] {
  const { folder, dataFolder } = shape;
  return [
    ...checkNotebookShape(shape, stack, "127.0.0.1"),
    ...checkMountable("folder", folder),
    ...(dataFolder === undefined ? [] : checkMountable("dataFolder", dataFolder)),
  ];
}

/**
 * What every notebook with an engine is checked for.
 *
 * @param stack - `<project>/<stack>`; a port that its own notebook holds is free
 * @param address - address of the Docker host on which it is published
 */
export function checkNotebookShape(
  shape: NotebookShape,
  stack: string,
  address: string,
): Problem[] {
  const { folder, dataFolder, engine } = shape;
  return [
    ...checkFolder("folder", folder, isHere(shape)),
    ...(dataFolder === undefined ? [] : checkFolder("dataFolder", dataFolder, isHere(shape))),
    ...checkPort("port", { port: shape.port, address }, stack, engine),
    ...wholeNumber("memoryMb", shape.memoryMb, 512, 2 ** 22),
  ];
}

/** What is known of the Docker host that a notebook runs on. */
export type NotebookHost = Pick<NotebookOptions, "engine" | "remoteHost">;

/** User and group of the Jupyter Docker Stacks; the group may write the home folder. */
const jovyan = 1000;
const usersGroup = 100;

/**
 * The user that the notebook runs as: the owner of the notebooks, so that it can
 * save them and they stay the owner's. Never root, and jovyan where the owner is
 * not to be seen from here.
 */
export function notebookUser(folder: string, host: NotebookHost = {}): string {
  return `${ownerHere(folder, host) || jovyan}:${usersGroup}`;
}

/** A warning when the notebook's user will not be able to save; undefined when all is well. */
export function saveWarning(folder: string, host: NotebookHost = {}): string | undefined {
  return ownerHere(folder, host) === 0
    ? `${folder} belongs to root, and the notebook never runs as root: notebooks open but cannot be ` +
        `saved. To change that: chown -R ${jovyan}:${usersGroup} ${path.resolve(folder)}`
    : undefined;
}

/** The owner's uid where the containers see the same one: with an engine on this Linux machine. */
function ownerHere(folder: string, host: NotebookHost): number | undefined {
  return process.platform === "linux" && isHere(host) ? fs.statSync(folder).uid : undefined;
}

/** The provider wants absolute paths; one of another machine is left as it is. */
export function hostPath(folder: string): string {
  return path.posix.isAbsolute(folder) ? folder : path.resolve(folder);
}

function isHere({ engine, remoteHost }: NotebookHost): boolean {
  return !(remoteHost ?? (engine !== undefined && !isLocal(engine.host)));
}

/** The provider writes a mount as FOLDER:PATH; only a drive's colon is understood there. */
function checkMountable(propertyPath: string, folder: string): Problem[] {
  const path = hostPath(folder);
  return path.replace(/^[A-Za-z]:[\\/]/, "").includes(":")
    ? [
        {
          propertyPath,
          reason: `is "${path}", and Docker cannot mount a folder with a colon in its path: rename it, or name another`,
        },
      ]
    : [];
}

function checkFolder(propertyPath: string, folder: string, here: boolean): Problem[] {
  if (!here) {
    return path.posix.isAbsolute(folder)
      ? []
      : [
          {
            propertyPath,
            reason: `is "${folder}", but the Docker host is another machine: give an absolute path there`,
          },
        ];
  }
  return fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()
    ? []
    : [{ propertyPath, reason: `is "${folder}", which is no folder: create it, or name another` }];
}
