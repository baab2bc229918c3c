/** A deliberate fault, and the unit tests that have to find it. */
export interface Mutant {
  /** What would no longer hold. */
  breaks: string;
  /** The end of the file's path, which no other file has. */
  file: string;
  /** A text that is in it once, and what takes its place. */
  from: string;
  to: string;
  /** Part of the test files' names. */
  tests: string;
}

export const mutants: Mutant[] = [
  // Releases.
  {
    breaks: "a replica is not killed while it drains",
    file: "stopTimes.ts",
    from: "leaveSeconds + drainSeconds + endSeconds",
    to: "leaveSeconds + endSeconds",
    tests: "check",
  },
  {
    breaks: "old replicas serve until the new ones do",
    file: "docker/replicas.ts",
    from: "deleteBeforeReplace: inPlace",
    to: "deleteBeforeReplace: !inPlace",
    tests: "dockerModelService",
  },
  {
    breaks: "a container that never became healthy is replaced",
    file: "containerDefaults.ts",
    from: '"init", "#initerror"',
    to: '"init"',
    tests: "dockerModelService",
  },
  {
    breaks: "ECS takes a failed release back",
    file: "deployment.ts",
    from: "deploymentCircuitBreaker: { enable: true, rollback: true }",
    to: "deploymentCircuitBreaker: { enable: true, rollback: false }",
    tests: "ecsModelService",
  },
  {
    breaks: "a release that ECS took back fails the update",
    file: "deployment.ts",
    from: "return revision(wanted) === revision(running)",
    to: "return revision(wanted) !== undefined",
    tests: "ecsModelService",
  },
  {
    breaks: "the release before stays on record, for a rollback",
    file: "releaseRecord.ts",
    from: "record.apply((both) => both.previousRelease ?? null)",
    to: "record.apply(() => null)",
    tests: "program/program",
  },
  {
    breaks: "a drain of nodes takes one pod at a time",
    file: "disruption.ts",
    from: "maxUnavailable: 1",
    to: "maxUnavailable: 2",
    tests: "kubernetesModelService",
  },
  {
    breaks: "a watch knows its component's containers",
    file: "startWatch.ts",
    from: "if (!(this.containers.network in NetworkSettings.Networks)) return State.Foreign;",
    to: "",
    tests: "startWatch",
  },
  {
    breaks: "the balancer sends requests to replicas that are ready only",
    file: "balancer/backends.ts",
    from: "http-check send meth GET uri /readyz",
    to: "http-check send meth GET uri /livez",
    tests: "balancerConfig",
  },
  {
    breaks: "a canary gets its share",
    file: "balancer/backends.ts",
    from: "{ rand(100) lt ${canary.percent} }",
    to: "{ rand(10) lt ${canary.percent} }",
    tests: "balancerConfig",
  },
  // Images.
  {
    breaks: "an image on Kubernetes is named by digest",
    file: "checkDigest.ts",
    from: "return reference.digest",
    to: "return reference",
    tests: "checkKubernetesModelService",
  },
  {
    breaks: "another file is another image",
    file: "contentHash.ts",
    from: "hash.update(buffer.subarray(0, read));",
    to: "",
    tests: "contentHash",
  },
  {
    breaks: "images outlive a destroy, for the stacks that run them",
    file: "publishedImage.ts",
    from: "keepRemotely: true",
    to: "keepRemotely: false",
    tests: "publishedImage",
  },
  {
    breaks: "a tag in ECR is never another image",
    file: "ecrRepository.ts",
    from: 'imageTagMutability: "IMMUTABLE"',
    to: 'imageTagMutability: "MUTABLE"',
    tests: "ecrRepository",
  },
  {
    breaks: "a stand-in is not pushed to a registry",
    file: "program/standIns.ts",
    from: 'return registry !== undefined && key === "baseImage"',
    to: "return false",
    tests: "standIns",
  },
  // Closed by default.
  {
    breaks: "ports are published on 127.0.0.1",
    file: "docker/modelServiceArgs.ts",
    from: 'publishAddress: "127.0.0.1"',
    to: 'publishAddress: "0.0.0.0"',
    tests: "dockerModelService",
  },
  {
    breaks: "the notebook's port is published on 127.0.0.1",
    file: "dockerNotebook.ts",
    from: 'external: args.port, ip: "127.0.0.1"',
    to: "external: args.port",
    tests: "dockerNotebook",
  },
  {
    breaks: "nothing waits while the service refuses",
    file: "balancer/limits.ts",
    from: " if { be_id,table_gpc_rate(0,${refusalsTable}) gt 0 }",
    to: "",
    tests: "balancerConfig",
  },
  {
    breaks: "nobody unloads models through the gRPC port",
    file: "balancer/requests.ts",
    from: 'refuse("path", "if !{',
    to: 'refuse("path", "if {',
    tests: "balancerConfig",
  },
  {
    breaks: "nobody calls without a valid key or token",
    file: "balancer/callers.ts",
    from: "`if !{ var(txn.client) -m found }",
    to: "`if { var(txn.client) -m found }",
    tests: "balancerConfig",
  },
  {
    breaks: "a token ends",
    file: "balancer/callers.ts",
    from: ",sub(txn.now) gt 0",
    to: ",sub(txn.now) gt -1000000000",
    tests: "balancerConfig",
  },
  {
    breaks: "the private key of a service is a secret",
    file: "balancer/files.ts",
    from: "pulumi.secret(served.privateKey)",
    to: "served.privateKey",
    tests: "balancerFiles",
  },
  {
    breaks: "a certificate with another's key is refused",
    file: "edge/certificates.ts",
    from: "certificates.some((certificate) => certificate.checkPrivateKey(key))",
    to: "true",
    tests: "certificates",
  },
  {
    breaks: "containers have no writable root",
    file: "containerDefaults.ts",
    from: "readOnly: true",
    to: "readOnly: false",
    tests: "docker/",
  },
  {
    breaks: "pods do not run as root",
    file: "podSecurity.ts",
    from: "runAsNonRoot: true",
    to: "runAsNonRoot: false",
    tests: "kubernetesModelService",
  },
  {
    breaks: "pods hold no token of the cluster",
    file: "podSecurity.ts",
    from: "automountServiceAccountToken: false",
    to: "automountServiceAccountToken: true",
    tests: "kubernetesModelService",
  },
  {
    breaks: "an instance's credentials are for itself (IMDSv2)",
    file: "instanceTemplate.ts",
    from: 'httpTokens: "required"',
    to: 'httpTokens: "optional"',
    tests: "ecsCluster",
  },
  {
    breaks: "the logs of requests are private",
    file: "accessLogs.ts",
    from: "blockPublicPolicy: true",
    to: "blockPublicPolicy: false",
    tests: "albEndpoint",
  },
  {
    breaks: "ECS's tasks of other accounts cannot take the roles",
    file: "taskRoles.ts",
    from: 'StringEquals: { "aws:SourceAccount": account }',
    to: "StringEquals: {}",
    tests: "ecsModelService",
  },
  // Secrets.
  {
    breaks: "a registry's password stays a secret",
    file: "pullLogins.ts",
    from: "password: pulumi.secret(password)",
    to: "password",
    tests: "pullLogins",
  },
  {
    breaks: "the notebook's token is no plain environment variable on ECS",
    file: "ecsNotebookTask.ts",
    from: 'secrets: [{ name: "JUPYTER_TOKEN", valueFrom: notebook.tokenFrom }]',
    to: 'environmentFiles: [{ name: "JUPYTER_TOKEN", value: notebook.tokenFrom }]',
    tests: "ecsNotebook",
  },
  {
    breaks: "a kubeconfig's content stays a secret",
    file: "targets/kubernetes.ts",
    from: "kubeconfig && isContent(kubeconfig) ? pulumi.secret(kubeconfig) : kubeconfig",
    to: "kubeconfig",
    tests: "kubernetesProgram",
  },
  // Bad input.
  {
    breaks: "a canary's share over 100 % is refused",
    file: "serving/canary.ts",
    from: "percent: wholeNumberFrom(0, 100)",
    to: "percent: wholeNumberFrom(0, 1000)",
    tests: "check",
  },
  {
    breaks: "a port that somebody has is found",
    file: "takenPorts.ts",
    from: 'error.code === "EADDRINUSE"',
    to: 'error.code === "EACCES"',
    tests: "engine",
  },
  {
    breaks: "a SavedModel that cannot be read is refused",
    file: "modelFolder.ts",
    from: "reasons.push(...checked.reasons);",
    to: "",
    tests: "modelFolder",
  },
];
