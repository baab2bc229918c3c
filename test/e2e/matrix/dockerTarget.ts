import { containers, docker, logs, objects } from "../../support/docker";
import { startRegistry } from "../../support/registry";
import type { MatrixTarget } from "./target";

/** An autoscaler is Kubernetes'. */
export const dockerFixed = { scaling: "fixed" } as const;

/** This machine's Docker Engine, and a registry on it. */
export async function dockerTarget(port: number): Promise<MatrixTarget> {
  const registry = await startRegistry(port + 90, "127.0.0.1", { open: true });
  const pushing = { registry: registry.address, registryPlainHttp: true };
  return {
    fixed: dockerFixed,
    env: {},
    serving: /docker:index\/container:Container/,
    replacing: { docker: /^start serving-replica/ },
    // The balancers have this time-out as well.
    flags: (number) => ({ restApiTimeoutMs: 20_000 + number }),
    settings: (row) => ({
      ...{ target: "docker", restPort: port, grpcPort: 0, notebookPort: port + 1 },
      ...{ memoryMb: 1024, drainSeconds: 2 },
      ...(row.registry === "none" ? {} : pushing),
    }),
    open: () => Promise.resolve(port),
    told: (label) => {
      const ids = objects(label).map((object) => object.split(" ")[1]);
      return [docker("inspect", ...ids), ...containers(label).map((id) => logs(id))].join("\n");
    },
    stop: () => registry.stop(),
  };
}
