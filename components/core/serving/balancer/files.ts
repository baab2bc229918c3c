import * as path from "path";
import * as pulumi from "@pulumi/pulumi";
import { readText } from "../../arguments/readText";
import { keyMap } from "../edge/keyMap";
import { edgeOf, type EdgeOwner } from "../edge/edge";
import { requestTimes, type TimedArgs } from "../requestTimes";
import { grpcModelFile, keysFile, namesModels, releaseFile, tokenKeyFile } from "./callers";
import { renderBalancerConfig } from "./config";
import type { BalancerSettings } from "./settings";
import { tlsFiles } from "./tls";

/** HAProxy's configuration, in the balancer's folder. */
export const configFile = "haproxy.cfg";

/** What lies in a balancer's folder, by path in it. A changed file is taken over in place (`run`). */
export interface BalancerFiles {
  /** No secrets. */
  readonly open: Record<string, pulumi.Output<string>>;
  /** Secrets: the certificate with its key. @default - none */
  readonly secret: Record<string, pulumi.Output<string>>;
}

/** A certificate with its key, in PEM. */
export interface ServedCertificate {
  certificate: pulumi.Input<string>;
  privateKey: pulumi.Input<string>;
}

/**
 * Everything that a balancer reads.
 *
 * @param place - where it finds replicas
 * @param served - the service's certificate. @default - none, or it is there already
 */
export function balancerFiles(
  place: pulumi.Input<Omit<BalancerSettings, "times" | "edge">>,
  args: EdgeOwner & TimedArgs,
  served?: ServedCertificate,
): BalancerFiles {
  const { tls, auth = {} } = args;
  const edge = edgeOf(args);
  const times = requestTimes(args);
  const tokenKeys = edge.callers?.tokens?.keys ?? [];
  const open: Record<string, pulumi.Input<string> | undefined> = {
    [configFile]: pulumi
      .output(place)
      .apply((known) => renderBalancerConfig({ ...known, times, edge })),
    [keysFile]: auth.apiKeys && keyMap(auth.apiKeys),
    [releaseFile]: program(releaseFile),
    [grpcModelFile]: namesModels(edge) ? program(grpcModelFile) : undefined,
    [tlsFiles.clientCa]: tls?.clientCa,
    ...Object.fromEntries(tokenKeys.map(({ pem }, place) => [tokenKeyFile(place), pem])),
  };
  const secret = served && {
    [tlsFiles.certificate]: served.certificate,
    [tlsFiles.privateKey]: pulumi.secret(served.privateKey),
  };
  return { open: outputs(open), secret: outputs(secret ?? {}) };
}

function program(file: string): string {
  return readText(path.join(__dirname, file));
}

function outputs(
  files: Record<string, pulumi.Input<string> | undefined>,
): Record<string, pulumi.Output<string>> {
  return Object.fromEntries(
    Object.entries(files).flatMap(([name, content]) =>
      content === undefined ? [] : [[name, pulumi.output(content)]],
    ),
  );
}
