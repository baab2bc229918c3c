import { statusModels } from "../tfserving/modelStatus";
import { renderServer, type ServerOptions } from "../tfserving/serverOptions";

/** Program of the serving image that starts the server, and that asks whether it is ready. */
export const supervisor = "/usr/bin/tfserving-supervisor";

/** User and group of the image. */
export const imageUser = 10001;

/** What the supervisor of a replica is told. */
export interface SupervisorSettings {
  /** How long a replica serves on after it was told to stop. */
  drainSeconds: number;
  /** How long it stays in rotation before that. @default - not at all */
  leaveSeconds?: number;
  /** How long a new one waits until every balancer has found it. @default - the supervisor's own */
  joinSeconds?: number;
  server?: ServerOptions;
  cpus: number;
}

/** How a replica's container is started. */
export interface SupervisedServer {
  /** Flags of the server, which the supervisor hands on. */
  flags: string[];
  /** Environment of the supervisor, sorted by name. */
  environment: [name: string, value: string][];
}

/** Flags and environment of a replica. The same settings give the same texts in the same order. */
export function superviseServer(settings: SupervisorSettings): SupervisedServer {
  const { server, cpus, drainSeconds, leaveSeconds, joinSeconds } = settings;
  const { flags, files } = renderServer(server, { cpus });
  const variables = {
    TFS_DRAIN_SECONDS: drainSeconds,
    TFS_LEAVE_SECONDS: leaveSeconds,
    TFS_JOIN_SECONDS: joinSeconds,
    TFS_STATUS_MODELS: statusModels(server?.models),
    ...Object.fromEntries(Object.entries(files).map(([flag, text]) => [`TFS_FILE_${flag}`, text])),
  };
  const environment = Object.entries(variables)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]): [string, string] => [name, String(value)]);
  return { flags, environment: environment.sort(([a], [b]) => (a < b ? -1 : 1)) };
}
