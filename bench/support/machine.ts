import * as os from "os";
import { pinnedVersion } from "../../cli/setup/pulumiHome";
import { docker } from "../../test/support/docker";
import { Machine } from "./section";

/** This machine and what runs on it. */
export function describeMachine(): Machine {
  const cores = os.cpus();
  const gib = Math.round(os.totalmem() / 2 ** 30);
  const engine = docker("version", "--format", "{{.Server.Version}}");
  return {
    hardware: `${cores.length} cores of ${cores[0].model.trim()}, ${gib} GiB`,
    software: `Docker Engine ${engine}, Pulumi ${pinnedVersion()}, Node ${process.versions.node}, Linux ${os.release()}`,
    date: new Date().toISOString().slice(0, 10),
  };
}
