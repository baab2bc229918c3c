import * as pulumi from "@pulumi/pulumi";
import { defaultImages } from "../../arguments/images";
import { anyText, FieldsOf, laterOr, trueOrFalse, wholeNumberFrom } from "../../arguments/schema";

/** Arguments of every notebook, wherever it runs. */
export interface SharedNotebookArgs {
  /** Base URL of the model; the notebook finds it as TF_SERVING_REST_URL. */
  restUrl: pulumi.Input<string>;

  /** gRPC address, HOST:PORT; the notebook finds it as TF_SERVING_GRPC_ADDRESS. */
  grpcAddress: pulumi.Input<string>;

  /** Name of the model; the notebook finds it as MODEL_NAME. */
  modelName: pulumi.Input<string>;

  /**
   * Jupyter image: one of the Jupyter Docker Stacks, or one that keeps their contract.
   * @default "quay.io/jupyter/tensorflow-notebook:2026-10-05"
   * @see https://jupyter-docker-stacks.readthedocs.io/en/latest/using/selecting.html
   */
  image?: pulumi.Input<string>;

  /** Memory limit, in MiB, 512 or more; there is no swap beyond it. @default 4096 */
  memoryMb?: number;
}

/** Arguments of a notebook that calls its service as every client does: with a key, over TLS. */
export interface NotebookCallerArgs {
  /**
   * Key by which the service knows the notebook; a secret. The notebook gets a file of it, and finds
   * that as TF_SERVING_API_KEY_FILE. @default - it calls without one
   */
  apiKey?: pulumi.Input<string>;

  /**
   * Certificate, in PEM, of the authority that signed the service's own. The notebook gets a file of
   * it, and finds that as TF_SERVING_CA_FILE. @default - it trusts whom its image trusts
   */
  caCertificate?: pulumi.Input<string>;
}

/** Arguments of a notebook in a cluster, which nothing leads to but a tunnel. */
export interface TunnelledNotebookArgs extends SharedNotebookArgs {
  /** Whether it runs. Its files stay while it does not. @default true */
  running?: boolean;

  /** Port of 127.0.0.1 on the machine that opens the tunnel. @default 8888 */
  localPort?: number;

  /** Whether its files outlive the stack. @default true */
  retainOnDestroy?: boolean;
}

/** Defaults that notebooks on all targets have. */
export const notebookDefaults = {
  image: defaultImages.notebook,
  port: 8888,
  memoryMb: 4096,
};

/** Defaults of TunnelledNotebookArgs. */
export const tunnelledNotebookDefaults = {
  image: notebookDefaults.image as pulumi.Input<string>,
  memoryMb: notebookDefaults.memoryMb,
  running: true,
  localPort: notebookDefaults.port,
  retainOnDestroy: true,
};

/** Schemas of the fields of SharedNotebookArgs. */
export const sharedNotebookFields: FieldsOf<SharedNotebookArgs> = {
  restUrl: laterOr(anyText()),
  grpcAddress: laterOr(anyText()),
  modelName: laterOr(anyText()),
  image: laterOr(anyText()).optional(),
  memoryMb: wholeNumberFrom(512, 2 ** 22).optional(),
};

/** Schemas of the fields of NotebookCallerArgs. */
export const notebookCallerFields: FieldsOf<NotebookCallerArgs> = {
  apiKey: laterOr(anyText()).optional(),
  caCertificate: laterOr(anyText()).optional(),
};

/** Schemas of the fields of TunnelledNotebookArgs. */
export const tunnelledNotebookFields: FieldsOf<TunnelledNotebookArgs> = {
  ...sharedNotebookFields,
  running: trueOrFalse().optional(),
  localPort: wholeNumberFrom(1, 65535).optional(),
  retainOnDestroy: trueOrFalse().optional(),
};
