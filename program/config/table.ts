import {
  edgeDefaults,
  modelServiceDefaults,
  notebookDefaults,
  servingImageDefaults,
  swarmModelServiceDefaults,
} from "@tf-model-serving/core";
import { ecsModelServiceDefaults } from "@tf-model-serving/aws";
import { fewestReplicas, kubernetesModelServiceDefaults } from "@tf-model-serving/kubernetes";
import type { Key } from "./key";
import {
  ecsAuth,
  ecsLimits,
  evaluate,
  everyAddress,
  gpuCount,
  numberText,
  portOrNone,
  serverOptions,
} from "./schemas";
import { aws, kubernetes, swarm } from "./targetKeys";

const needsNoAddress = "the cluster's own clients use the service's name, and others a route to it";
const noCanary = "a canary needs target docker or kubernetes";
const toEcr = { ecs: "the image goes to a repository in ECR" };

const target = {
  target: {
    default: "docker",
    says: "Where the service runs: docker (one Docker host, this machine by default), swarm (the nodes of a Docker Swarm, host being a manager), ecs (AWS, docs/aws.md) or kubernetes (any cluster, docs/kubernetes.md)",
  },
  host: {
    default: "",
    says: "Docker Engine as unix://, npipe://, tcp:// or ssh://user@machine; empty for the one that docker ps asks (DOCKER_HOST, the Docker context in use, this machine's)",
  },
} satisfies Record<string, Key>;

const model = {
  modelFolder: {
    default: "model/classifier",
    says: "Folder with a folder per model, <modelFolder>/<modelName>/<version>/saved_model.pb; relative to the project",
    ...{ feeds: ["image.modelFolder"], given: true },
  },
  modelSource: {
    default: "",
    says: "Where the model comes from in place of modelFolder, such as s3://BUCKET/PREFIX or https://HOST/PATH.tar.gz (docs/models.md); it is fetched once into a cache. Empty for modelFolder",
    feeds: ["image.modelSource"],
  },
  modelName: {
    default: "my_model",
    says: "Name of the model, its folder in modelFolder and its name in URLs",
    feeds: ["image.modelName", "service.modelName", "notebook.modelName", "evaluation.modelName"],
    ...{ given: true, release: true },
  },
  modelVersion: {
    default: "",
    says: 'Version of the model that is served, such as "3"; empty for the highest in its folder',
    feeds: ["image.modelVersion"],
  },
  image: {
    default: "",
    says: "Image of an earlier release, by local name or digest, to run instead of building one; npm run rollback sets it. Empty for a build",
  },
  signatureName: {
    default: servingImageDefaults.signatureName,
    says: "Signature that clients call; a preview fails when the model version that is served lacks it",
    feeds: ["image.signatureName", "evaluation.signatureName"],
  },
  baseImage: {
    default: servingImageDefaults.baseImage,
    says: "TensorFlow Serving image to build on; a digest (NAME:TAG@sha256:...) pins it",
    feeds: ["image.baseImage"],
  },
  standIns: {
    default: false,
    says: "Whether stand-ins of airgap/images, which up builds where registries cannot be reached, may leave this machine's Docker Engine: be pushed, or run on other machines, a swarm of several nodes, AWS or Kubernetes",
  },
  server: {
    default: {},
    says: "Flags of TensorFlow Serving by their typed names (ServerOptions), such as {batching: {maxBatchSize: 32}}; several models as models (docs/models.md)",
    feeds: [
      ...(["service.server", "evaluation.server"] as const),
      ["image.models", "models"],
      ["image.batching", "batching"],
      ["image.savedModelTags", "savedModelTags"],
    ],
    ...{ schema: serverOptions, release: true },
  },
  evaluate: {
    default: {},
    says: "What a new model has to pass before it is released, as {data, metric, atLeast or atMost, notWorseThanServed} (ModelEvaluation, docs/releases.md), such as {data: model/held_out, metric: accuracy, atLeast: 0.9, notWorseThanServed: true}",
    feeds: ["evaluation", ["evaluation.notWorseBy", "notWorseThanServed"]],
    ...{ schema: evaluate, makes: "evaluation" },
  },
  repository: {
    default: servingImageDefaults.repository,
    says: "Repository of the serving image; its tag comes from the content",
    feeds: ["image.repository"],
  },
  registry: {
    default: "",
    says: "Registry to push the serving image to, as HOST or HOST:PORT; empty for no push",
    ...{ feeds: ["registry.registry"], makes: "registry" },
    instead: toEcr,
  },
  registryUsername: {
    default: "",
    says: "User name for the registry; empty for a push without login",
    feeds: ["registry.username"],
    instead: toEcr,
  },
  registryPassword: {
    default: "",
    says: "Password or token for the registry; set it with --secret",
    ...{ feeds: ["registry.password"], secret: true },
    instead: toEcr,
  },
  registryPlainHttp: {
    default: false,
    says: "Whether the registry speaks HTTP without TLS",
    feeds: ["registry.plainHttp"],
    instead: toEcr,
  },
} satisfies Record<string, Key>;

const service = {
  replicas: {
    default: "",
    says: "Number of replicas, 1 to 256",
    own: {
      docker: modelServiceDefaults.replicas,
      swarm: swarmModelServiceDefaults.replicas,
      ecs: ecsModelServiceDefaults.replicas,
      kubernetes: fewestReplicas({}),
    },
    ...{ feeds: ["service.replicas"], schema: numberText("4") },
  },
  cpus: {
    default: String(modelServiceDefaults.cpus),
    says: "CPUs that each replica may use, such as 0.5; thread counts follow from it",
    ...{ feeds: ["service.cpus", "evaluation.cpus"], schema: numberText("0.5"), release: true },
  },
  memoryMb: {
    default: modelServiceDefaults.memoryMb,
    says: "Memory limit of each replica in MiB",
    ...{ feeds: ["service.memoryMb", "image.memoryMb", "evaluation.memoryMb"], release: true },
    // The image warns of models that are larger, and has no limit of its own.
    given: true,
  },
  pids: {
    default: modelServiceDefaults.pids,
    says: "Most processes and threads in each replica; on docker only",
    ...{ feeds: ["service.pids"], release: true },
    instead: {
      swarm: "Docker's Pulumi provider has no such limit for Swarm",
      ecs: "ECS has no such limit",
      kubernetes: "the kubelet limits the processes of pods (podPidsLimit)",
    },
  },
  gpus: {
    default: "",
    says: "GPUs that every replica sees: all, or device=0,2; on swarm a generic resource, such as NVIDIA-GPU=1; on ecs and kubernetes the number per replica; empty for none. Needs a -gpu baseImage",
    feeds: {
      docker: ["image.gpus", "service.gpus", "notebook.gpus", "evaluation.gpus"],
      swarm: ["image.gpus", "service.gpus", "notebook.gpus"],
      ecs: ["service.gpus"],
      kubernetes: ["service.gpus"],
    },
    schema: { ecs: gpuCount("ecs"), kubernetes: gpuCount("kubernetes") },
    release: true,
  },
  serviceName: {
    default: "",
    says: "Name of the service on its network, on docker and swarm with hyphens for underscores too, on kubernetes a DNS label; on ecs there is none",
    own: {
      docker: modelServiceDefaults.serviceName,
      swarm: swarmModelServiceDefaults.serviceName,
      kubernetes: kubernetesModelServiceDefaults.serviceName,
    },
    feeds: ["service.serviceName"],
    instead: { ecs: "clients use the load balancer" },
  },
  publishAddress: {
    default: modelServiceDefaults.publishAddress,
    says: "IPv4 address of the Docker host on which ports are published; swarm publishes on all addresses of its nodes",
    feeds: { docker: ["service.publishAddress"], swarm: [] },
    schema: { swarm: everyAddress },
    instead: {
      ecs: "awsEndpoint.clientCidrs names the clients",
      kubernetes: needsNoAddress,
    },
  },
  restPort: {
    default: modelServiceDefaults.restPort,
    says: "Port of the Docker host for REST",
    feeds: ["service.restPort"],
    instead: {
      ecs: "REST is at port 443, or 80",
      kubernetes: "REST is at port 8501 of the service",
    },
  },
  grpcPort: {
    default: 8500,
    says: "Port of the Docker host for gRPC; 0 keeps gRPC on the network only",
    ...{ feeds: ["service.grpcPort"], schema: portOrNone, given: true },
    instead: {
      ecs: "gRPC is at port 443 with awsEndpoint.grpc",
      kubernetes: "gRPC is at port 8500 of the service",
    },
  },
  canaryVersion: {
    default: "",
    says: "A second version of the model that gets canaryPercent of the requests; set modelVersion to the one that gets the rest. Empty for none",
    ...{ feeds: ["service.canary.version"], makes: "service.canary" },
    instead: { swarm: noCanary, ecs: noCanary },
  },
  canaryPercent: {
    default: 0,
    says: "Share of the requests for canaryVersion, 0 to 100",
    ...{ feeds: ["service.canary.percent"], given: true },
    instead: { swarm: noCanary, ecs: noCanary },
  },
  canaryReplicas: {
    default: 0,
    says: "Number of replicas of canaryVersion; 0 for the same share of replicas, at least 1",
    feeds: ["service.canary.replicas"],
    instead: { swarm: noCanary, ecs: noCanary },
  },
  strategy: {
    default: modelServiceDefaults.strategy,
    says: "How a release replaces replicas: surge (new ones first) or inPlace (one after the other, for exclusive GPUs or little memory)",
    feeds: ["service.strategy"],
  },
  parallelStarts: {
    default: 0,
    says: "How many replicas may start at the same time; on ecs and kubernetes other settings say it",
    own: {
      docker: "as many as half of the host's CPUs are enough for",
      swarm: swarmModelServiceDefaults.parallelStarts,
    },
    feeds: ["service.parallelStarts"],
    instead: {
      ecs: "strategy decides how many start at a time",
      kubernetes: "kubernetesService.maxSurge decides how many start at a time",
    },
  },
  drainSeconds: {
    default: modelServiceDefaults.drainSeconds,
    says: "How long a replica that was told to stop goes on serving, out of rotation, in seconds",
    ...{ feeds: ["service.drainSeconds"], release: true },
  },
  stopGraceSeconds: {
    default: 0,
    says: "How long a replica may take to stop before it is killed, in seconds; 0 for drainSeconds + 10",
    ...{ feeds: ["service.stopGraceSeconds"], release: true },
  },
  startTimeoutSeconds: {
    default: 0,
    says: "How long a replica may take to load and warm up its model, in seconds from the start of its container",
    own: {
      docker: modelServiceDefaults.startTimeoutSeconds,
      swarm: swarmModelServiceDefaults.startTimeoutSeconds,
      ecs: ecsModelServiceDefaults.startTimeoutSeconds,
      kubernetes: kubernetesModelServiceDefaults.startTimeoutSeconds,
    },
    ...{ feeds: ["service.startTimeoutSeconds"], release: true },
  },
  schedulingTimeoutSeconds: {
    default: 0,
    says: "How long a new replica may wait for a node and for its image, in seconds: nodes may have to be added first",
    own: { kubernetes: kubernetesModelServiceDefaults.schedulingTimeoutSeconds },
    feeds: ["service.schedulingTimeoutSeconds"],
    instead: {
      docker: "no node is added for a replica there, and startTimeoutSeconds is for its start",
      swarm: "no node is added for a replica there, and startTimeoutSeconds is for its start",
      ecs: "awsService.deploymentTimeoutMinutes is how long instances, pulls and starts may take",
    },
  },
  requestTimeoutSeconds: {
    default: 0,
    says: "Longest time that a REST request or a gRPC call may take, in seconds, 1 to 3595; 0 for 30 (REST) and 60 (gRPC)",
    ...{ feeds: ["service.requestTimeoutSeconds"], release: true },
  },
  grpcTimeoutSeconds: {
    default: 0,
    says: "Longest time that a gRPC call may take, in seconds, 1 to 3595; 0 for requestTimeoutSeconds",
    feeds: {
      docker: ["service.grpcTimeoutSeconds"],
      swarm: ["service.grpcTimeoutSeconds"],
      ecs: ["times.grpcTimeoutSeconds"],
      kubernetes: ["service.grpcTimeoutSeconds"],
    },
  },
  balancerImage: {
    default: modelServiceDefaults.balancerImage,
    says: "HAProxy image, 3.2 or later, with bash in it; pulled with the login of registry or docker login where it needs one",
    feeds: ["service.balancerImage"],
    instead: { ecs: "AWS runs the load balancer" },
  },
} satisfies Record<string, Key>;

const edge = {
  tls: {
    default: {},
    says: "Encryption of REST and gRPC, as {certificate, privateKey} (paths of PEM files, or texts, the key a secret) or {selfSigned: true}, and clientCa for clients' certificates (docs/how-to/tls.md)",
    feeds: ["service.tls"],
    makes: "service.tls",
    instead: {
      ecs: "awsEndpoint.certificateArn names a certificate of ACM, which the load balancer uses and AWS renews; it asks clients for none",
    },
  },
  auth: {
    default: {},
    says: "Who may call, as {apiKeys, jwt: {issuer, audience, jwks}, clients} (AuthArgs, docs/how-to/authentication.md); npm run key -- add NAME adds a key. Empty for everyone whom the network lets through",
    feeds: {
      docker: ["service.auth"],
      swarm: ["service.auth"],
      ecs: ["endpoint.auth"],
      kubernetes: ["service.auth"],
    },
    schema: { ecs: ecsAuth },
    makes: "service.auth",
  },
  limits: {
    default: {},
    says: "How much may be asked, and what, as {requestsPerSecond, callsAtATime, callsPerReplica, queuedPerReplica, queueMilliseconds, models, verbs} (LimitArgs, docs/how-to/limits.md)",
    feeds: {
      docker: ["service.limits"],
      swarm: ["service.limits"],
      ecs: ["endpoint.limits"],
      kubernetes: ["service.limits"],
    },
    schema: { ecs: ecsLimits },
  },
  accessLog: {
    default: {},
    says: "What is written down of each request, as {sample}, the share of those that were answered well (AccessLogArgs, docs/how-to/access-log.md)",
    feeds: ["service.accessLog"],
    instead: {
      ecs: "awsEndpoint.accessLogs logs every request to S3 in AWS's own format",
    },
  },
  maxRequestMb: {
    default: 0,
    says: "Largest request that is taken, in MiB, 1 to 64, which the balancer holds whole; 0 for any size",
    feeds: ["service.maxRequestMb"],
    instead: {
      ecs: "the load balancer passes bodies of any size on; a rule on Content-Length in the web ACL of awsEndpoint.webAclArn refuses them",
    },
  },
  maxConnections: {
    default: edgeDefaults.maxConnections,
    says: "Most connections of clients at a time, on each balancer",
    feeds: ["service.maxConnections"],
    instead: { ecs: "AWS sizes the load balancer itself" },
  },
} satisfies Record<string, Key>;

const ownFiles = "its notebook has a file system of its own, to which JupyterLab uploads";

const notebook = {
  notebook: {
    default: true,
    says: "Whether a Jupyter container runs beside the service",
    ...{ given: true, makes: "notebook" },
  },
  notebookImage: {
    default: notebookDefaults.image,
    says: "Jupyter image, of the Jupyter Docker Stacks or one that keeps their contract; pulled as balancerImage is",
    feeds: ["notebook.image", "notebookImage.baseImage"],
  },
  notebookRequirements: {
    default: "",
    says: "File of Python packages for the notebook, as pip takes it; relative to the project; empty for requirements.txt in notebookFolder, where it is there. They are a layer on notebookImage, with extensions for git, Jupytext and TensorBoard where it lacks them; none runs notebookImage as it is. On ecs and kubernetes, where the image is pushed, there is a layer with such a file only",
    feeds: ["notebookImage.requirementsFile"],
  },
  notebookPort: {
    default: notebookDefaults.port,
    says: "Port of 127.0.0.1 on the Docker host for JupyterLab",
    feeds: {
      docker: ["notebook.port"],
      swarm: ["notebook.port"],
      ecs: ["notebook.localPort"],
      kubernetes: ["notebook.localPort"],
    },
  },
  notebookFolder: {
    default: "model/notebooks",
    says: "Folder of notebooks, mounted at /home/jovyan/projectDir; relative to the project, absolute on a remote host",
    feeds: {
      docker: ["notebook.folder"],
      swarm: ["notebook.folder"],
      kubernetes: ["notebook.folder"],
    },
    given: true,
    instead: { ecs: ownFiles },
  },
  notebookDataFolder: {
    default: "model",
    says: "Folder mounted read-only at /home/jovyan/model; a path like notebookFolder; empty for none. On kubernetes, whose store has no room for it, model counts as none",
    feeds: {
      docker: ["notebook.dataFolder"],
      swarm: ["notebook.dataFolder"],
      kubernetes: ["notebook.dataFolder"],
    },
    given: ["docker", "swarm"],
    instead: { ecs: ownFiles },
  },
  notebookMemoryMb: {
    default: notebookDefaults.memoryMb,
    says: "Memory limit of the notebook in MiB",
    feeds: ["notebook.memoryMb"],
  },
} satisfies Record<string, Key>;

/** Every key of the configuration, by the section of docs/settings.md that it is in. */
export const sections = {
  "Where it runs": target,
  "Model and image": model,
  Replicas: service,
  "Who calls, and how much": edge,
  Notebook: notebook,
  "Docker Swarm": swarm,
  AWS: aws,
  Kubernetes: kubernetes,
};

type KeysOf<Section> = Section extends unknown ? keyof Section : never;
export type KeyName = KeysOf<(typeof sections)[keyof typeof sections]>;

/** Every key of the configuration by name. */
export const table = Object.assign({}, ...Object.values(sections)) as Readonly<
  Record<KeyName, Key>
>;
