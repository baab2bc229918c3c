import { spawn } from "child_process";
import * as http from "http";
import { Duplex } from "stream";

/**
 * Connections to the Docker Engine of another machine, made as the docker CLI
 * and the Pulumi provider make them: by the system's `ssh`, so that
 * ~/.ssh/config, agents and known hosts count.
 *
 * @param url - `ssh://[user@]host[:port]`
 * @param options - further arguments of ssh, such as `-o` and `IdentityFile=...`
 */
export function sshAgent(url: URL, options: string[] = []): http.Agent {
  const agent = new http.Agent({ keepAlive: false });
  agent.createConnection = () => dialStdio(url, options);
  return agent;
}

function dialStdio(url: URL, options: string[]): Duplex {
  const ssh = spawn("ssh", [
    ...options,
    ...(url.username ? ["-l", url.username] : []),
    ...(url.port ? ["-p", url.port] : []),
    ...["-o", "BatchMode=yes", "-o", "ConnectTimeout=10", "--", url.hostname],
    "docker system dial-stdio",
  ]);
  let said = "";
  const stream = new Duplex({
    read: () => ssh.stdout.resume(),
    write: (chunk, _encoding, done) => ssh.stdin.write(chunk, () => done()),
    final: (done) => ssh.stdin.end(() => done()),
    destroy: (error, done) => {
      ssh.kill();
      done(error);
    },
  });
  ssh.stdout.on("data", (chunk) => stream.push(chunk) || ssh.stdout.pause());
  ssh.stderr.on("data", (text) => (said += text));
  ssh.stdin.on("error", () => {}); // the exit below says why
  ssh.on("error", (error) => stream.destroy(error));
  ssh.on("close", (code) => {
    if (code === 0) stream.push(null);
    else stream.destroy(new Error(said.trim() || `ssh ended with status ${code}`));
  });
  return Object.assign(stream, socketMethods(stream));
}

/** What Node's http client calls on a socket and a plain stream lacks. */
function socketMethods(stream: Duplex): Record<string, () => Duplex> {
  const nothing = () => stream;
  return {
    setTimeout: nothing,
    setNoDelay: nothing,
    setKeepAlive: nothing,
    ref: nothing,
    unref: nothing,
  };
}
