import { KubernetesCluster } from "./cluster/inspectCluster";
import { isContent } from "./cluster/kubeconfig";

/** What a forwarded port leads to. */
export interface PortForward {
  /** @default - the cluster that kubectl is set up for */
  cluster?: KubernetesCluster;
  namespace: string;
  /** A Service; the port of one of its pods is forwarded. */
  service: string;
  /** Ports of 127.0.0.1 on the machine that runs the command, and those of the Service. */
  ports: number[][];
}

/**
 * A shell command that forwards ports of this machine's loopback to a Service, and goes on doing so.
 * It needs kubectl, and the right to create pods/portforward in the namespace.
 *
 * @see https://kubernetes.io/docs/reference/kubectl/generated/kubectl_port-forward/
 */
export function renderPortForward({ cluster, namespace, service, ports }: PortForward): string {
  const { kubeconfig, context } = cluster ?? {};
  return [
    "kubectl",
    // One that was given as its content has no path to name.
    ...(kubeconfig && !isContent(kubeconfig) ? ["--kubeconfig", quoted(kubeconfig)] : []),
    ...(context ? ["--context", quoted(context)] : []),
    "--namespace",
    namespace,
    "port-forward",
    `service/${service}`,
    ...ports.map(([local, remote]) => `${local}:${remote}`),
  ].join(" ");
}

/** As one word of a POSIX shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`;
}
