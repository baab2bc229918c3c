import * as fs from "fs";
import * as path from "path";
import { stringify } from "yaml";

/** Where a node lies in the network of this machine. */
export interface NodeAddresses {
  /** The machine's end of the cable to the node. */
  host: string;
  /** The node's end; its API server answers here at port 6443. */
  node: string;
  /** Range of the pods, of 256 addresses. */
  pods: string;
  /** Range of the Services, which only the node knows. */
  services: string;
  /** Service of the API server: the first of the range. */
  api: string;
  /** Service that pods ask for names. */
  dns: string;
  /** Interface of the machine, host name of the node and name of its control groups. */
  link: string;
}

/** Addresses of one of the clusters that this machine can run side by side. */
export function addressesOf(number: number): NodeAddresses {
  return {
    host: `10.213.${number}.1`,
    node: `10.213.${number}.2`,
    pods: `10.214.${number}.0/24`,
    services: "10.215.0.0/16",
    api: "10.215.0.1",
    // Also in system.yaml.
    dns: "10.215.0.10",
    link: `tfkube${number}`,
  };
}

/** Writes what containerd, kubelet and kube-proxy are started with, and two kubeconfigs. */
export function writeNodeFiles(folder: string, at: NodeAddresses): void {
  const write = (name: string, text: string) => fs.writeFileSync(path.join(folder, name), text);
  write("containerd.toml", containerdConfig(folder, at));
  write("kubelet.yaml", stringify(kubeletConfig(folder, at)));
  write("kube-proxy.yaml", stringify(kubeProxyConfig(folder, at)));
  write("resolv.conf", "");
  fs.mkdirSync(path.join(folder, "cni"), { recursive: true });
  write("cni/pods.conflist", JSON.stringify(podNetwork(at)));
  const key = (name: string) => fs.readFileSync(path.join(folder, "keys", name)).toString("base64");
  for (const [file, user] of [
    ["kubeconfig", "admin"],
    ["kubelet.kubeconfig", "kubelet"],
  ]) {
    const access = {
      "client-certificate-data": key(`${user}.crt`),
      "client-key-data": key(`${user}.key`),
    };
    const cluster = {
      server: serverOf(at),
      "certificate-authority-data": key("ca.crt"),
    };
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: at.link, cluster }],
      users: [{ name: user, user: access }],
      contexts: [{ name: at.link, context: { cluster: at.link, user } }],
      "current-context": at.link,
    };
    write(file, stringify(config));
    fs.chmodSync(path.join(folder, file), 0o600);
  }
}

/** Address of the API server. */
export function serverOf(at: NodeAddresses): string {
  return `https://${at.node}:6443`;
}

/** @see https://github.com/containerd/containerd/blob/release/1.6/docs/cri/config.md */
function containerdConfig(folder: string, at: NodeAddresses): string {
  return `version = 2
disabled_plugins = ["io.containerd.internal.v1.opt"]
[plugins."io.containerd.grpc.v1.cri"]
  # Made by airgap/toolchain/kubernetes/build.
  sandbox_image = "tfserving.test/system:1"
  # A machine that is itself confined may not give a process a better score than its own.
  restrict_oom_score_adj = true
  # kubelet asks from the node's network.
  stream_server_address = "${at.host}"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/run/cni"
    conf_dir = "${folder}/cni"
`;
}

/** @see https://www.cni.dev/plugins/current/main/bridge/ */
function podNetwork(at: NodeAddresses): object {
  return {
    cniVersion: "0.4.0",
    name: "pods",
    plugins: [
      {
        type: "bridge",
        bridge: "pods",
        isGateway: true,
        hairpinMode: true,
        ipam: { type: "host-local", subnet: at.pods, routes: [{ dst: "0.0.0.0/0" }] },
      },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  };
}

/** @see https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/ */
function kubeletConfig(folder: string, at: NodeAddresses): object {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    containerRuntimeEndpoint: "unix:///run/containerd/containerd.sock",
    authentication: { x509: { clientCAFile: `${folder}/keys/ca.crt` } },
    cgroupDriver: "cgroupfs",
    cgroupRoot: `/${at.link}`,
    clusterDNS: [at.dns],
    clusterDomain: "cluster.local",
    resolvConf: `${folder}/resolv.conf`,
    failCgroupV1: false,
    failSwapOn: false,
    nodeStatusUpdateFrequency: "1s",
    volumePluginDir: "/var/lib/kubelet/plugins",
    // A full disk of this machine is not the tests' business.
    evictionHard: {
      "nodefs.available": "0%",
      "nodefs.inodesFree": "0%",
      "imagefs.available": "0%",
    },
    imageGCHighThresholdPercent: 100,
  };
}

/** @see https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/ */
function kubeProxyConfig(folder: string, at: NodeAddresses): object {
  return {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    clientConnection: { kubeconfig: `${folder}/kubeconfig` },
    mode: "iptables",
    clusterCIDR: at.pods,
    // The machine's own limits, which only its first network namespace may set.
    conntrack: { maxPerCore: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
  };
}
