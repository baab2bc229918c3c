import { execFileSync } from "child_process";

/**
 * The name or address of a machine that `ssh://` names, which may be an alias that only
 * ~/.ssh/config knows.
 *
 * @param name - as in the address
 * @returns its HostName; the name itself where ssh cannot say
 */
export function sshHostName(name: string): string {
  try {
    const settings = execFileSync("ssh", ["-G", "--", name], {
      ...{ encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], windowsHide: true },
    }) as string;
    return /^hostname (\S+)$/im.exec(settings)?.[1] ?? name;
  } catch {
    return name;
  }
}
