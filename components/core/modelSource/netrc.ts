import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/**
 * Value of the header Authorization for a host, by the file that curl and git take logins from:
 * NETRC, else ~/.netrc (on Windows ~/_netrc). Undefined where the file says nothing of the host.
 */
export function netrcLogin(host: string): string | undefined {
  const usual = path.join(os.homedir(), process.platform === "win32" ? "_netrc" : ".netrc");
  const file = process.env.NETRC ?? usual;
  const words = fs.existsSync(file) ? fs.readFileSync(file, "utf8").split(/\s+/) : [];
  const begin = words.findIndex(
    (word, index) => word === "default" || (word === "machine" && words[index + 1] === host),
  );
  const rest = words.slice(begin + (words[begin] === "default" ? 1 : 2));
  const end = rest.findIndex((word) => word === "machine" || word === "default");
  const entry = rest.slice(0, end === -1 ? undefined : end);
  const valueOf = (name: string) => (entry.includes(name) ? entry[entry.indexOf(name) + 1] : "");
  return begin === -1
    ? undefined
    : `Basic ${Buffer.from(`${valueOf("login")}:${valueOf("password")}`).toString("base64")}`;
}
