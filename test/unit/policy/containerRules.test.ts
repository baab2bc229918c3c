import { Secret } from "@pulumi/policy";
import { describe, expect, it } from "vitest";

import { unknown } from "../../../policy/rule";
import {
  checkPolicies,
  type Declared,
  dockerContainer,
  policyResource,
  soundImage,
  violationsOf,
} from "../../support/policies";

type Case = [title: string, declared: Declared, ...said: string[]];

const swarm = (spec: object): Declared => ({
  type: "docker:index/service:Service",
  props: { taskSpec: { containerSpec: { image: soundImage, ...spec } } },
});
const ecs = (container: object, props: object = {}): Declared => ({
  type: "aws:ecs/taskDefinition:TaskDefinition",
  props: {
    containerDefinitions: JSON.stringify([{ name: "model", image: soundImage, ...container }]),
    ...props,
  },
});
const pod = (container: object, spec: object = {}): Declared => ({
  type: "kubernetes:apps/v1:Deployment",
  props: {
    spec: {
      template: {
        spec: { containers: [{ name: "model", image: soundImage, ...container }], ...spec },
      },
    },
  },
});

function check(cases: Case[]): void {
  checkPolicies(cases.map(([title, declared, ...said]) => [title, declared, {}, ...said]));
}

describe("images-by-digest", () => {
  check([
    ["takes a digest", dockerContainer({})],
    ["takes a tag with a digest", dockerContainer({ image: soundImage.replace("@", ":1.27@") })],
    [
      "takes the id of an image on the engine",
      dockerContainer({ image: `sha256:${"0a".repeat(32)}` }),
    ],
    ["lets pass what a preview cannot know", dockerContainer({ image: unknown })],
    [
      "lets pass a task definition that a preview cannot know",
      ecs({}, { containerDefinitions: unknown }),
    ],
    [
      "refuses a tag on Docker",
      dockerContainer({ image: "nginx:1.27" }),
      'Container it names its image by a tag only, "nginx:1.27". Write it with its digest, nginx:1.27@sha256:',
    ],
    [
      "refuses an image without a tag in a swarm",
      swarm({ image: "nginx" }),
      'Service it names its image by a tag only, "nginx"',
    ],
    [
      "refuses a tag on ECS, and names the container",
      ecs({ image: "nginx:1" }),
      "TaskDefinition it: container model names its image",
    ],
    [
      "refuses a tag on Kubernetes",
      pod({ image: "nginx:1" }),
      "Deployment it: container model names its image",
    ],
    [
      "refuses a tag of a container that only starts",
      pod({}, { initContainers: [{ name: "first", image: "nginx:1" }] }),
      "Deployment it: container first names",
    ],
    [
      "refuses a tag in a CronJob",
      {
        type: "kubernetes:batch/v1:CronJob",
        props: {
          spec: {
            jobTemplate: {
              spec: { template: { spec: { containers: [{ name: "a", image: "a:1" }] } } },
            },
          },
        },
      },
      "CronJob it: container a names its image",
    ],
  ]);
});

describe("no-privileged-container", () => {
  check([
    ["takes capabilities that are dropped", dockerContainer({ capabilities: { drops: ["ALL"] } })],
    [
      "takes the one for low ports",
      pod({ securityContext: { capabilities: { add: ["NET_BIND_SERVICE"] } } }),
    ],
    [
      "refuses privileged on Docker",
      dockerContainer({ privileged: true }),
      "Container it is privileged. Take privileged out.",
    ],
    [
      "refuses privileged on ECS",
      ecs({ privileged: true }),
      "TaskDefinition it: container model is privileged",
    ],
    [
      "refuses privileged on Kubernetes",
      pod({ securityContext: { privileged: true } }),
      "Deployment it: container model is privileged",
    ],
    [
      "refuses more rights later",
      pod({ securityContext: { allowPrivilegeEscalation: true } }),
      "may gain more rights",
    ],
    [
      "refuses capabilities on Docker",
      dockerContainer({ capabilities: { adds: ["SYS_ADMIN", "NET_RAW"] } }),
      "Container it gets SYS_ADMIN, NET_RAW. Take",
    ],
    [
      "refuses capabilities in a swarm",
      swarm({ capAdds: ["CAP_SYS_PTRACE"] }),
      "Service it gets CAP_SYS_PTRACE",
    ],
    [
      "refuses capabilities on ECS",
      ecs({ linuxParameters: { capabilities: { add: ["SYS_PTRACE"] } } }),
      "gets SYS_PTRACE",
    ],
    [
      "refuses a container without seccomp",
      dockerContainer({ securityOpts: ["seccomp=unconfined"] }),
      "runs with seccomp=unconfined",
    ],
    [
      "refuses the machine's network on Docker",
      dockerContainer({ networkMode: "host" }),
      "Container it shares the network namespace",
    ],
    [
      "refuses the machine's processes on ECS",
      ecs({}, { pidMode: "host" }),
      "TaskDefinition it shares the process namespace",
    ],
    [
      "refuses the machine's network and IPC on Kubernetes",
      pod({}, { hostNetwork: true, hostIPC: true }),
      "shares the network",
      "shares the IPC",
    ],
    [
      "refuses the engine's socket on Docker",
      dockerContainer({ volumes: [{ hostPath: "/var/run/docker.sock" }] }),
      "mounts /var/run/docker.sock",
    ],
    [
      "refuses the engine's socket on Kubernetes",
      pod({}, { volumes: [{ hostPath: { path: "/run/containerd/containerd.sock" } }] }),
      "mounts /run/containerd/containerd.sock",
    ],
  ]);
});

describe("no-secret-in-environment", () => {
  const variable = (name: string, value: unknown) => pod({ env: [{ name, value }] });
  check([
    [
      "takes what is no secret",
      dockerContainer({ envs: ["MODEL_NAME=my_model", "TF_CPP_MIN_LOG_LEVEL=1"] }),
    ],
    [
      "takes the name of a secret's file",
      dockerContainer({ envs: ["JUPYTER_TOKEN_FILE=/run/token"] }),
    ],
    [
      "takes a switch and a number by such names",
      dockerContainer({ envs: ["USE_TOKEN=true", "MAX_TOKEN=512"] }),
    ],
    [
      "takes what Kubernetes fills in",
      pod({ env: [{ name: "TOKEN", valueFrom: { secretKeyRef: {} } }] }),
    ],
    [
      "refuses a password by its name",
      dockerContainer({ envs: ["DB_PASSWORD=lovelace"] }),
      "Container it has the secret DB_PASSWORD in its environment. Give it as a file",
    ],
    [
      "refuses it in a swarm",
      swarm({ env: { API_KEY: "lovelace" } }),
      "Service it has the secret API_KEY",
    ],
    [
      "refuses it on ECS",
      ecs({ environment: [{ name: "TOKEN", value: "lovelace" }] }),
      "TaskDefinition it: container model has the secret TOKEN in its environment. Put it into Secrets Manager",
    ],
    [
      "refuses it on Kubernetes",
      variable("HF_TOKEN", "lovelace"),
      "Deployment it: container model has the secret HF_TOKEN in its environment. Put it into a Secret",
    ],
    ["refuses one that is not known yet", variable("HF_TOKEN", unknown), "has the secret HF_TOKEN"],
    [
      "refuses an access key by its value",
      variable("ID", "AKIAIOSFODNN7EXAMPLE"),
      "has an access key of AWS as ID",
    ],
    [
      "refuses a private key by its value",
      variable("PEM", "-----BEGIN RSA PRIVATE KEY-----\n"),
      "has a private key as PEM",
    ],
    [
      "refuses a password in an address",
      variable("DB", "postgres://ada:lovelace@db/reef"),
      "has an address with a password as DB",
    ],
    [
      "refuses what Pulumi marks as secret",
      dockerContainer({ envs: new Secret(["NAME=ada"]) }),
      "Container it has a value in its environment that Pulumi marks as secret",
    ],
    [
      "refuses a mark on one value of a pod",
      variable("NAME", new Secret("ada")),
      "Deployment it: container model has a value in its environment",
    ],
    [
      "takes a mark on another property",
      dockerContainer({ uploads: new Secret([{ content: "ada" }]) }),
    ],
  ]);

  it("tells no value", () => {
    const told = violationsOf([
      policyResource(
        dockerContainer({ envs: ["DB_PASSWORD=lovelace", "DB=postgres://ada:lovelace@db"] }),
      ),
    ]);
    expect(told).toHaveLength(2);
    expect(told.join()).not.toContain("lovelace");
  });
});
