import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { ServiceAddresses } from "../addresses";
import { directHosts } from "./noProxy";
import { NotebookCallerArgs, SharedNotebookArgs } from "./notebookArgs";

const home = "/home/jovyan";

/**
 * The contract of the Jupyter Docker Stacks.
 * @see https://jupyter-docker-stacks.readthedocs.io/en/latest/using/common.html
 */
export const jupyter = {
  /** Port of JupyterLab inside the container. */
  port: 8888,
  /** User `jovyan`. */
  uid: 1000,
  /** Group `users`, which may write the home folder. */
  gid: 100,
  home,
  /** Where the caller's notebooks are. */
  notebooksFolder: `${home}/projectDir`,
  /** Where the caller's data are. */
  dataFolder: `${home}/model`,
  /** The image's own check; of an image that has none, whether something listens. */
  healthCheck: [
    "sh",
    "-c",
    "[ ! -x /etc/jupyter/docker_healthcheck.py ] || exec /etc/jupyter/docker_healthcheck.py; " +
      `exec python3 -c "import socket; socket.create_connection(('127.0.0.1', 8888), 4)"`,
  ],
};

/**
 * Command of a JupyterLab that a tunnel ends beside: it listens on its own loopback only, and calls
 * the service without a proxy, as it does hosts that the image names. An image that is none of the
 * Docker Stacks has no start-notebook.py.
 */
export function loopbackCommand(addresses: ServiceAddresses): string[] {
  const script = [
    'export NO_PROXY="${NO_PROXY:+$NO_PROXY,}${no_proxy:+$no_proxy,}$0"',
    'export no_proxy="$NO_PROXY"',
    'start=$(command -v start-notebook.py) || start="jupyter lab"',
    "exec $start --ServerApp.ip=127.0.0.1",
  ];
  return ["sh", "-c", script.join("\n"), directHosts(addresses).join(",")];
}

/** Environment variables by which a notebook finds the model, and its data where it has some. */
export function modelEnvironment(
  { modelName, grpcAddress, restUrl }: SharedNotebookArgs,
  hasData = false,
): Record<string, pulumi.Input<string>> {
  return {
    HOME: home,
    MODEL_NAME: modelName,
    TF_SERVING_GRPC_ADDRESS: grpcAddress,
    TF_SERVING_REST_URL: restUrl,
    ...(hasData ? { MODEL_DIR: jupyter.dataFolder } : {}),
  };
}

/** A file with which a notebook calls its service. */
export interface CallerFile {
  /** Environment variable that names the file. */
  readonly variable: string;
  /** Name of the file, without its folder. */
  readonly file: string;
  readonly content: pulumi.Input<string>;
}

/** The files with which a notebook calls its service, as far as its service asks for them. */
export function callerFiles({ apiKey, caCertificate }: NotebookCallerArgs): CallerFile[] {
  return [
    ...(apiKey === undefined
      ? []
      : [
          {
            variable: "TF_SERVING_API_KEY_FILE",
            file: "api-key",
            content: pulumi.secret(apiKey),
          },
        ]),
    ...(caCertificate === undefined
      ? []
      : [{ variable: "TF_SERVING_CA_FILE", file: "ca.pem", content: caCertificate }]),
  ];
}

/** Environment variables that name files in a folder. */
export function callerEnvironment(files: CallerFile[], folder: string): Record<string, string> {
  return Object.fromEntries(files.map(({ variable, file }) => [variable, `${folder}/${file}`]));
}

/** Creates the token of a JupyterLab. */
export function createToken(name: string, parent: pulumi.Resource): pulumi.Output<string> {
  // 40 letters and digits of 62 are 238 bits, and need no escape in a URL.
  return new random.RandomPassword(`${name}-token`, { length: 40, special: false }, { parent })
    .result;
}

/** Address of a JupyterLab with its token; a secret. */
export function labUrl(
  address: string,
  port: number,
  token: pulumi.Output<string>,
): pulumi.Output<string> {
  return pulumi.secret(pulumi.interpolate`http://${address}:${port}/lab?token=${token}`);
}
