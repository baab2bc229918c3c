import { execFileSync } from "child_process";
import * as fs from "fs";
import * as path from "path";

/** A key and its certificate, by the names of their files in a folder. */
export interface Pair {
  key: string;
  certificate: string;
}

const newKey = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc";

/** Runs openssl in a folder; no word of the command has a blank in it. */
export function openssl(folder: string, command: string): void {
  execFileSync("openssl", command.split(" "), { cwd: folder, stdio: "pipe" });
}

/** Makes an authority that signs itself. */
export function makeAuthority(folder: string, { key, certificate }: Pair, name: string): void {
  const files = `-keyout ${key} -out ${certificate}`;
  openssl(folder, `req -x509 ${newKey} ${files} -days 30 -subj /CN=${name}`);
}

/** Makes a key with a certificate of an authority. */
export function makeCertificate(
  folder: string,
  authority: Pair,
  { key, certificate }: Pair,
  subject: string,
  extensions: string[],
): void {
  openssl(folder, `req ${newKey} -keyout ${key} -out request -subj ${subject}`);
  fs.writeFileSync(path.join(folder, "extensions"), extensions.join("\n"));
  const by = `-CA ${authority.certificate} -CAkey ${authority.key} -CAcreateserial -days 30`;
  openssl(folder, `x509 -req -in request -extfile extensions -out ${certificate} ${by}`);
}
