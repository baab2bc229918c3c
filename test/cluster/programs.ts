import { spawn, spawnSync } from "child_process";
import * as path from "path";
import { prepareToolchain } from "../../cli/setup/toolchain";
import { debianFiles } from "../support/debianFiles";
import { debianTool } from "../support/debianTool";

/** Builds what a node consists of, once, and prints the folder that it lies in. */
const kubernetesBuild = path.resolve(__dirname, "../../airgap/toolchain/kubernetes/build");

/** What a node is started from. */
export interface Programs {
  /** Folder that airgap/toolchain/kubernetes/build has made: bin, crds and system.tar. */
  built: string;
  /** Folder with Debian packages, unpacked. */
  packages: string;
}

/** Builds what is missing, which can take minutes, and fetches what else is needed. */
export async function preparePrograms(): Promise<Programs> {
  for (const tool of ["containerd", "runc", "ctr", "iptables"]) {
    debianTool(tool, "docker.io");
  }
  debianTool("ip", "iproute2");
  debianTool("openssl", "openssl");
  const packages = ["etcd-server", "containernetworking-plugins", "ipset", "libipset13"];
  return { built: await buildPrograms(), packages: await debianFiles(packages) };
}

/** Builds Kubernetes and Pulumi's provider the first time; gives the folder of Kubernetes' programs. */
export async function buildPrograms(): Promise<string> {
  // Pulumi's own provider, as `npm run up` brings it.
  await prepareToolchain(process.env, { target: "kubernetes" });
  // Its progress is for whoever waits for the tests.
  const child = spawn(kubernetesBuild, { stdio: ["ignore", "pipe", "inherit"] });
  let folder = "";
  child.stdout.on("data", (text) => (folder += text));
  const status = await new Promise((resolve) => child.once("close", resolve));
  if (status !== 0) {
    throw new Error(`${kubernetesBuild} ended with status ${status}`);
  }
  return folder.trim();
}

/** Runs kubectl, with a manifest for `-f -` if given, and gives what it printed. */
export function runKubectl(
  { built }: Programs,
  kubeconfig: string,
  args: string[],
  manifest = "",
): string {
  const { status, stdout, stderr, error } = spawnSync(path.join(built, "bin/kubectl"), args, {
    input: manifest,
    encoding: "utf8",
    maxBuffer: 1 << 26,
    // What it remembers of one cluster is wrong for the next at the same address.
    env: {
      ...process.env,
      KUBECONFIG: kubeconfig,
      KUBECACHEDIR: path.join(path.dirname(kubeconfig), "kubectl"),
    },
  });
  if (status !== 0) {
    throw new Error(`kubectl ${args.join(" ")}: ${error?.message ?? stderr.trim()}`);
  }
  return stdout.trim();
}
