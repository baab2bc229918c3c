/** Ports inside the network. */
export const ports = {
  grpc: 8500,
  rest: 8501,
  health: 8502,
  balancerStatistics: 8404,
  balancerCommands: 8405,
} as const;

/** CPUs that a balancer may use, a thread each: HAProxy itself would count those of its host. */
export const balancerCpus = 1;

/** Most replicas a service can have. */
export const maxReplicas = 256;
