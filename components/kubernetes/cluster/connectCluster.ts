import * as http from "http";
import * as https from "https";
import { ClusterChoice, KubeConfig, KubernetesLibrary, loadKubeconfig } from "./kubeconfig";

const answerTimeoutMs = 15_000;

/** Clients of the API of one cluster. */
export interface ClusterClient {
  /** The library itself, for its further classes, such as `Watch`, `Log` and `PortForward`. */
  readonly library: KubernetesLibrary;
  /** Where the cluster is and who asks it; what those classes take. */
  readonly config: KubeConfig;
  readonly core: InstanceType<KubernetesLibrary["CoreV1Api"]>;
  readonly apps: InstanceType<KubernetesLibrary["AppsV1Api"]>;
  /** Another group of the API, such as `api((library) => library.NodeV1Api)`. */
  api<T>(select: (library: KubernetesLibrary) => ApiClass<T>): T;
  /** The body of a path that no group has, such as `/metrics`. */
  get(path: string): Promise<string>;
}

type ApiClass<T> = new (configuration: ReturnType<KubernetesLibrary["createConfiguration"]>) => T;

/**
 * Clients of the API of a cluster. Nothing is asked yet.
 *
 * @param choice - which cluster; what `inspectCluster` gave back is one
 * @param timeoutMs - after which a request is given up
 * @throws ClusterError when the kubeconfig has no such cluster
 */
export async function connectCluster(
  choice: ClusterChoice,
  timeoutMs = answerTimeoutMs,
): Promise<ClusterClient> {
  const { library, config } = await loadKubeconfig(choice);
  const configuration = library.createConfiguration({
    baseServer: new library.ServerConfiguration(serverOf(config), {}),
    authMethods: { default: config },
    promiseMiddleware: [
      {
        pre: async (request) => {
          request.setSignal(AbortSignal.timeout(timeoutMs));
          return request;
        },
        post: async (response) => response,
      },
    ],
  });
  return {
    library,
    config,
    core: new library.CoreV1Api(configuration),
    apps: new library.AppsV1Api(configuration),
    api: (select) => new (select(library))(configuration),
    get: (path) => get(config, path, timeoutMs),
  };
}

/** Address of the API server that the chosen context leads to. */
export function serverOf(config: KubeConfig): string {
  return config.getCurrentCluster()?.server ?? "";
}

async function get(config: KubeConfig, path: string, timeoutMs: number): Promise<string> {
  const url = new URL(serverOf(config) + path);
  const options: https.RequestOptions = { signal: AbortSignal.timeout(timeoutMs) };
  await config.applyToHTTPSOptions(options);
  return new Promise((resolve, reject) => {
    const { request } = url.protocol === "http:" ? http : https;
    const asked = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", reject);
      response.on("end", () => {
        const { statusCode = 0 } = response;
        if (statusCode === 200) {
          resolve(Buffer.concat(chunks).toString());
        } else {
          reject(Object.assign(new Error(`HTTP code ${statusCode}`), { code: statusCode }));
        }
      });
    });
    asked.on("error", reject).end();
  });
}
