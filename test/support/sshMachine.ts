import { ChildProcess, execFileSync, spawnSync } from "child_process";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { debianTool } from "./debianTool";
import { addNamespace, dockerOn, endMachine, ip } from "./ownMachine";
import { removeNamespace, startMachine } from "./ownMachine";

/** What a machine is given when it is created, as a cloud hands it over. */
export interface UserData {
  /** Another id is another machine, with nothing on it. */
  id: string;
  /** Its own private key, in OpenSSH's format. */
  hostKey: string;
  /** Public key of the one who may log in. */
  authorizedKey: string;
}

/** A machine with a Docker Engine and sshd, and with network, processes and files of its own. */
export interface SshMachine {
  /** IPv4 address; only this machine reaches it. */
  address: string;
  /** Folder in which `boot.json` with user data creates the machine, or replaces it. */
  folder: string;
  /** Whether it is on. */
  isOn: () => boolean;
  /** Docker host, `unix://...`, to look at it from here while it is on. */
  host: string;
  /** Switches it off at once, as a cable that is pulled does. */
  off: () => Promise<void>;
  /** Switches it on again: what was on its disk is there. */
  on: () => Promise<void>;
  /** Switches it off for good. */
  remove: () => Promise<void>;
}

const namespace = "gpuhost";

/**
 * A place for one machine, which is created by a file: see `SshMachine.folder`.
 *
 * @param images - base images that it finds on its disk, as from a registry near it
 */
export function sshMachine(images: string[]): SshMachine {
  debianTool("ip", "iproute2");
  const sshd = debianTool("sshd", "openssh-server");
  debianTool("ssh", "openssh-client");
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tfmachine-"));
  const address = "10.86.0.2";
  clear();
  addNamespace(namespace, address, () =>
    ip("link", "add", namespace, "type", "veth", "peer", "name", "eth0", "netns", namespace),
  );
  ip("addr", "add", "10.86.0.1/24", "dev", namespace);
  ip("link", "set", namespace, "up");

  const host = `unix://${folder}/docker.sock`;
  let shell: ChildProcess | undefined;
  let bootedId = "";
  let booting: Promise<void> = Promise.resolve();

  const off = async () => {
    if (shell) await endMachine(shell, namespace);
    shell = undefined;
    fs.rmSync(path.join(folder, "docker.sock"), { force: true });
  };
  const on = async () => {
    await off();
    shell = await start(folder, host, sshd);
    for (const image of missing(host, images)) {
      execFileSync("sh", ["-c", 'docker save "$0" | docker --host "$1" load', image, host]);
    }
    // Only now: whoever can log in finds all as it should be.
    fs.writeFileSync(path.join(folder, "ready"), "");
  };
  const create = async (userData: UserData) => {
    await off();
    fs.rmSync(path.join(folder, "data"), { recursive: true, force: true });
    fs.writeFileSync(path.join(folder, "host_key"), userData.hostKey, { mode: 0o600 });
    fs.writeFileSync(path.join(folder, "authorized_keys"), `${userData.authorizedKey}\n`);
    await on();
  };
  // The cloud: sees what is ordered, and creates it.
  const watch = setInterval(() => {
    const file = path.join(folder, "boot.json");
    const userData: UserData | undefined = fs.existsSync(file)
      ? JSON.parse(fs.readFileSync(file, "utf8"))
      : undefined;
    if (userData && userData.id !== bootedId) {
      bootedId = userData.id;
      booting = booting.then(() => create(userData));
      booting.catch((error) => process.stderr.write(`The test's machine: ${error}\n`));
    }
  }, 200);
  return {
    address,
    folder,
    host,
    off,
    on,
    isOn: () => shell !== undefined,
    remove: async () => {
      clearInterval(watch);
      await booting.catch(() => undefined);
      await off();
      clear();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function start(folder: string, host: string, sshd: string): Promise<ChildProcess> {
  fs.rmSync(path.join(folder, "ready"), { force: true });
  fs.writeFileSync(path.join(folder, "daemon.json"), "{}");
  fs.writeFileSync(
    path.join(folder, "sshd_config"),
    [
      `HostKey ${folder}/host_key`,
      `AuthorizedKeysFile ${folder}/authorized_keys`,
      "PasswordAuthentication no",
      "PermitRootLogin prohibit-password",
      // The keys lie in a folder for temporary files.
      "StrictModes no",
      "MaxStartups 100:30:200",
      `SetEnv DOCKER_HOST=${host}`,
      "PidFile none",
      "",
    ].join("\n"),
  );
  const script = `
    hostname gpuhost
    mount -t tmpfs run /run && mkdir -p /run/sshd
    dockerd --config-file ${folder}/daemon.json --data-root ${folder}/data \
      --host ${host} --cgroup-parent /${namespace} &
    until [ -e ${folder}/ready ]; do sleep 0.2; done
    ${sshd} -D -e -f ${folder}/sshd_config & wait`;
  return startMachine(namespace, folder, script, host);
}

function missing(host: string, images: string[]): string[] {
  const there = dockerOn({ host }, "image", "ls", "--format", "{{.Repository}}:{{.Tag}}");
  return images.filter((image) => !there.split("\n").includes(image));
}

/** Also what a test that was killed itself has left. */
function clear(): void {
  removeNamespace(namespace);
  // The namespace goes on until its last process has ended: its cable is cut at once, if it is there.
  spawnSync("ip", ["link", "del", namespace]);
}
