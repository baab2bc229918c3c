import * as fs from "fs";
import * as os from "os";
import * as path from "path";

/** What ssh has to know of a host, on the machine that runs the program. */
export interface SshLogin {
  /** Private key in OpenSSH's format. */
  privateKey: string;
  /** Public key of the host: `ssh-ed25519 AAAA...`. */
  hostPublicKey: string;
}

/** Options of ssh for a host whose key and public key `writeSshFiles` wrote under the name. */
export function sshOptions(fileName: string, proxyCommand?: string): string[] {
  return [
    // ssh itself puts the home folder in place of ~, so that the options are the same everywhere.
    `IdentityFile=~/.ssh/${fileName}`,
    "IdentitiesOnly=yes",
    `UserKnownHostsFile=~/.ssh/${fileName}.known_hosts`,
    // The host keeps its key when its address changes.
    `HostKeyAlias=${fileName}`,
    "StrictHostKeyChecking=yes",
    "BatchMode=yes",
    "ConnectTimeout=10",
    // A host that was switched off in the middle ends the connection.
    "ServerAliveInterval=15",
    ...(proxyCommand ? [`ProxyCommand=${proxyCommand}`] : []),
  ].flatMap((option) => ["-o", option]);
}

/**
 * Writes the private key and the host's public key to ~/.ssh, since ssh takes them from files
 * only. The user alone can read them.
 *
 * @param folder - the folder. @default - ~/.ssh of the user that runs the program
 */
export function writeSshFiles(fileName: string, login: SshLogin, folder = userFolder()): void {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = path.join(folder, fileName);
  replace(file, login.privateKey);
  replace(`${file}.known_hosts`, `${fileName} ${login.hostPublicKey}\n`);
}

/** Name of the files for a host: readable, and one for each host of each stack. */
export function sshFileName(stack: string, name: string): string {
  return `tfserving-${stack}-${name}`.replace(/[^\w.-]+/g, "-");
}

/** Where ssh looks: in the home folder of the system's list of users, whatever HOME says. */
function userFolder(): string {
  return path.join(os.userInfo().homedir, ".ssh");
}

/** In one step: another process may be reading it. */
function replace(file: string, content: string): void {
  if (fs.existsSync(file) && fs.readFileSync(file, "utf8") === content) {
    return;
  }
  const next = `${file}.${process.pid}`;
  fs.writeFileSync(next, content, { mode: 0o600 });
  fs.renameSync(next, file);
}
