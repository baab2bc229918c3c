import { type Container, containersOf, podOf } from "../containers";
import { type Finding, isOn, listOf, type Resource, type ResourceRule } from "../rule";

/** Lets a process without root listen on ports below 1024, and does no more. */
const harmless = ["NET_BIND_SERVICE", "CAP_NET_BIND_SERVICE"];
/** Whoever may write to one of these has its machine. */
const engineSocket = /\/(docker|containerd|crio|podman)\.sock$/;

/** A container that has the rights of its machine makes every model in it that machine's owner. */
export const noPrivilegedContainer: ResourceRule = {
  name: "no-privileged-container",
  description: "No container has the rights of its machine.",
  level: "mandatory",
  config: {},
  check: (resource) => [
    ...sharedWithHost(resource),
    ...containersOf(resource).flatMap((one) => rightsOf(one)),
  ],
};

/** Rights of one container, in the words of Docker, of ECS and of Kubernetes. */
function rightsOf({ part, spec }: Container): Finding[] {
  const context = spec.securityContext ?? {};
  const added = [
    spec.capabilities?.adds,
    spec.capAdds,
    spec.linuxParameters?.capabilities?.add,
    context.capabilities?.add,
  ]
    .flatMap(listOf)
    .filter((one) => !harmless.includes(one));
  const options = [...listOf(spec.securityOpts), ...listOf(spec.dockerSecurityOptions)];
  const unconfined = options.filter((one) => /[=:](unconfined|disable)$/.test(one));
  return [
    ...(isOn(spec.privileged) || isOn(context.privileged)
      ? [{ part, wrong: "is privileged", fix: "Take privileged out" }]
      : []),
    ...(isOn(context.allowPrivilegeEscalation)
      ? [
          {
            part,
            wrong: "may gain more rights than it starts with",
            fix: "Set allowPrivilegeEscalation: false",
          },
        ]
      : []),
    ...(added.length > 0
      ? [{ part, wrong: `gets ${added.join(", ")}`, fix: "Take these capabilities out" }]
      : []),
    ...unconfined.map((one) => ({ part, wrong: `runs with ${one}`, fix: "Take that option out" })),
  ];
}

/** What a resource shares with its machine: network, processes, the engine itself. */
function sharedWithHost(resource: Resource): Finding[] {
  const { type, props } = resource;
  const pod = podOf(resource)?.spec ?? {};
  const modes = /^(docker:index\/container:|aws:ecs\/taskDefinition:)/.test(type)
    ? {
        network: props.networkMode,
        process: props.pidMode,
        IPC: props.ipcMode,
        user: props.usernsMode,
      }
    : {};
  const shared = [
    ...Object.entries(modes).flatMap(([what, mode]) => (mode === "host" ? [what] : [])),
    ...(isOn(pod.hostNetwork) ? ["network"] : []),
    ...(isOn(pod.hostPID) ? ["process"] : []),
    ...(isOn(pod.hostIPC) ? ["IPC"] : []),
  ];
  const mounted = [
    ...listOf(props.volumes).map((one) => one.hostPath),
    ...listOf(props.mounts).map((one) => one.source),
    ...listOf(props.taskSpec?.containerSpec?.mounts).map((one) => one.source),
    ...listOf(pod.volumes).map((one) => one.hostPath?.path),
  ].filter((path) => typeof path === "string" && engineSocket.test(path));
  return [
    ...shared.map((what) => ({
      wrong: `shares the ${what} namespace of its machine`,
      fix: "Take that out",
    })),
    ...mounted.map((path) => ({
      wrong: `mounts ${path}, with which it can start anything on its machine`,
      fix: "Take that mount out",
    })),
  ];
}
