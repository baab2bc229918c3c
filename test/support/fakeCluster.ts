import * as fs from "node:fs";
import type { IncomingMessage } from "node:http";
import * as path from "node:path";

import type { KubernetesCluster } from "@tf-model-serving/kubernetes";
import { startServer } from "./fakeEngine";
import { temporaryFolder } from "./modelFolder";

/** What `inspectCluster` says of a cluster that has everything. */
export const cluster: KubernetesCluster = {
  server: "https://192.0.2.21:6443",
  context: "test",
  version: "v1.35.0",
  apiVersions: ["apps/v1", "autoscaling/v2", "gateway.networking.k8s.io/v1", "v1"],
  namespaces: ["default", "kube-system"],
  gpus: {},
  runtimeClasses: [],
  priorityClasses: ["system-cluster-critical"],
  ingressClasses: ["nginx"],
  storageClasses: ["standard"],
  defaultStorageClass: "standard",
  imageVolumes: true,
};

/** A list of the API with objects of these names. */
export function listOf(...items: (string | object)[]) {
  return {
    metadata: {},
    items: items.map((item) => (typeof item === "string" ? { metadata: { name: item } } : item)),
  };
}

/** Answers of the API by path, cut to what is read. */
export const clusterAnswers: Record<string, unknown> = {
  "/version": { major: "1", minor: "35", gitVersion: "v1.35.0" },
  "/apis": {
    groups: [
      { name: "apps", versions: [{ groupVersion: "apps/v1", version: "v1" }] },
      { name: "autoscaling", versions: [{ groupVersion: "autoscaling/v2", version: "v2" }] },
      {
        name: "gateway.networking.k8s.io",
        versions: [{ groupVersion: "gateway.networking.k8s.io/v1", version: "v1" }],
      },
    ],
  },
  "/api/v1/namespaces": listOf("default", "kube-system"),
  "/api/v1/namespaces/default": { metadata: { name: "default" }, status: { phase: "Active" } },
  "/api/v1/nodes": listOf("node-1"),
  "/apis/node.k8s.io/v1/runtimeclasses": listOf(),
  "/apis/scheduling.k8s.io/v1/priorityclasses": listOf("system-cluster-critical"),
  "/apis/networking.k8s.io/v1/ingressclasses": listOf("nginx"),
  "/apis/storage.k8s.io/v1/storageclasses": listOf({
    metadata: {
      name: "standard",
      annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
    },
  }),
};

/** An answer that is an error of the API. */
export class Refused {
  constructor(readonly code: number) {}
}

/** The path that is asked for, with which answers are listed. */
export function pathOf({ url }: IncomingMessage): string {
  return (url ?? "").replace(/\/?(\?.*)?$/, "");
}

function queryOf({ url }: IncomingMessage): URLSearchParams {
  return new URL(url ?? "", "http://any").searchParams;
}

/**
 * An API server on a free port, until the test ends; gives its address.
 *
 * @param answers - by path; a function is given the query
 * @param hear - is told each request
 */
export async function startFakeCluster(
  answers: Record<string, unknown> = {},
  hear: (request: IncomingMessage) => void = () => {},
): Promise<string> {
  const all = { ...clusterAnswers, ...answers };
  const port = await startServer((request, response) => {
    hear(request);
    const answerTo = all[pathOf(request)];
    const given =
      typeof answerTo === "function" ? (answerTo(queryOf(request)) as object) : answerTo;
    const answer = given instanceof Refused ? given : (given ?? new Refused(404));
    response.statusCode = answer instanceof Refused ? answer.code : 200;
    response.setHeader("content-type", "application/json");
    response.end(
      typeof answer === "string"
        ? answer
        : JSON.stringify(
            answer instanceof Refused
              ? { kind: "Status", status: "Failure", code: answer.code }
              : answer,
          ),
    );
  });
  return `http://127.0.0.1:${port}`;
}

/** The content of a kubeconfig with a context for each name, all of the same server. */
export function kubeconfigFor(server: string, contexts = ["test"], current = contexts[0]): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: contexts.map((name) => ({ name, cluster: { server } })),
    users: contexts.map((name) => ({ name, user: { token: `token-of-${name}` } })),
    contexts: contexts.map((name) => ({ name, context: { cluster: name, user: name } })),
    "current-context": current,
  });
}

/** The same in a file; gives its path. */
export function kubeconfigFile(...args: Parameters<typeof kubeconfigFor>): string {
  const file = path.join(temporaryFolder(), "kubeconfig");
  fs.writeFileSync(file, kubeconfigFor(...args));
  return file;
}
