import * as fs from "fs";
import * as path from "path";
import * as pulumi from "@pulumi/pulumi";
import { EngineTls, Environment, tlsOf } from "./dockerContext";

/** The arguments of a Docker provider that say which engine it works with. */
export interface EngineProviderArgs {
  host: string;
  context?: string;
  certPath?: string;
  certMaterial?: pulumi.Output<string>;
  keyMaterial?: pulumi.Output<string>;
}

/** Why Pulumi's Docker provider cannot reach an engine that Docker's command line can. */
export function providerTlsProblem(tls: EngineTls | undefined): string | undefined {
  const missing = tls && ["cert.pem", "key.pem"].filter((file) => !hasFile(tls, file));
  const noCa = tls && !tls.skipVerify && !hasFile(tls, "ca.pem");
  const lacks = [...(missing ?? []), ...(noCa ? ["ca.pem"] : [])];
  return lacks.length === 0
    ? undefined
    : `its TLS folder ${tls!.folder} lacks ${lacks.join(" and ")}, and Pulumi's Docker provider ` +
        "needs a client certificate with its key and CA: add them there, or use an ssh:// address";
}

/**
 * Arguments of a provider for exactly this engine, whatever the environment says: the provider
 * itself lets DOCKER_CONTEXT override the host, and follows no context's certificates.
 */
export function engineProviderArgs(
  host: string,
  env: Environment = process.env,
): EngineProviderArgs {
  const tls = tlsOf(host, env);
  return {
    host,
    ...(env.DOCKER_CONTEXT ? { context: "" } : {}),
    ...(tls?.skipVerify ? uncheckedTls(tls) : {}),
    ...(tls && !tls.skipVerify ? { certPath: tls.folder } : {}),
    ...(!tls && env.DOCKER_CERT_PATH ? { certPath: "" } : {}),
  };
}

/** The same for an address that is known later. */
export function laterProviderArgs(host: pulumi.Input<string>) {
  const args = pulumi.output(host).apply((known) => pulumi.output(engineProviderArgs(known)));
  const { context, certPath, certMaterial, keyMaterial } = args;
  return { host: args.host, context, certPath, certMaterial, keyMaterial };
}

/** Without a CA the provider takes whatever certificate the engine has. */
function uncheckedTls({ folder }: EngineTls) {
  const read = (file: string) => pulumi.secret(fs.readFileSync(path.join(folder, file), "utf8"));
  return { certMaterial: read("cert.pem"), keyMaterial: read("key.pem"), certPath: "" };
}

function hasFile({ folder }: EngineTls, file: string): boolean {
  return fs.existsSync(path.join(folder, file));
}
