import {
  jupyter,
  loopbackCommand,
  modelEnvironment,
} from "@tf-model-serving/core/internal/serving/notebook/jupyter";

/** What a notebook's container is made from. */
export interface NotebookContainer {
  image: string;
  memoryMb: number;
  gpus: number;
  restUrl: string;
  grpcAddress: string;
  modelName: string;
  /** Version of the secret that holds the token, as `valueFrom` of a container definition. */
  tokenFrom: string;
  /** Name of the CloudWatch log group. */
  logGroup: string;
  /** Region of the log group. */
  region: string;
}

/** Name of the only container of the task; the tunnel finds it by that. */
export const notebookContainer = "notebook";
/** Name of the volume that holds the files. */
export const filesVolume = "files";

/**
 * The container of a notebook as ECS takes it.
 *
 * JupyterLab listens on the container's loopback only: the tunnel ends inside the container. The home
 * folder itself is the container's own, since Jupyter and IPython keep SQLite databases there, which
 * an NFS file system such as EFS serves badly.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
 */
export function renderNotebook(notebook: NotebookContainer): Record<string, unknown> {
  return {
    name: notebookContainer,
    image: notebook.image,
    essential: true,
    cpu: 0,
    memory: notebook.memoryMb,
    command: loopbackCommand(notebook),
    environment: Object.entries(modelEnvironment(notebook)).map(([name, value]) => ({
      name,
      value,
    })),
    secrets: [{ name: "JUPYTER_TOKEN", valueFrom: notebook.tokenFrom }],
    user: `${jupyter.uid}:${jupyter.gid}`,
    workingDirectory: jupyter.home,
    privileged: false,
    // People install packages in a notebook, and ECS Exec's agent writes there.
    readonlyRootFilesystem: false,
    dockerSecurityOptions: ["no-new-privileges"],
    linuxParameters: { capabilities: { drop: ["ALL"] }, maxSwap: 0 },
    mountPoints: [
      { sourceVolume: filesVolume, containerPath: jupyter.notebooksFolder, readOnly: false },
    ],
    healthCheck: {
      command: ["CMD", ...jupyter.healthCheck],
      interval: 30,
      timeout: 5,
      retries: 3,
      startPeriod: 60,
    },
    stopTimeout: 30,
    ...(notebook.gpus > 0
      ? { resourceRequirements: [{ type: "GPU", value: String(notebook.gpus) }] }
      : {}),
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": notebook.logGroup,
        "awslogs-region": notebook.region,
        "awslogs-stream-prefix": notebookContainer,
        mode: "non-blocking",
        "max-buffer-size": "25m",
      },
    },
  };
}
