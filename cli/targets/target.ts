import type { ModelCard } from "@tf-model-serving/core/facts";

/** What the targets and commands need to know of a stack; the commands' workspace is one. */
export interface StackContext {
  /** The project's folder. */
  readonly root: string;
  /** Name as Pulumi takes it, perhaps ORGANIZATION/NAME. */
  readonly stack: string;
  /** `<project>/<stack>`, the value of the label `tfserving.stack`. */
  readonly label: string;
  /** Address of the stack's Docker Engine. */
  readonly host: string;
  /** Variables that Pulumi gets; the clients of AWS follow them too. */
  readonly env: Record<string, string | undefined>;
  /** Where Pulumi keeps what it knows of the stack. */
  readonly backend: { readonly url: string };
  /** A setting of the stack's file, else its default; undefined where it is encrypted or an object. */
  setting(key: string): unknown;
  /**
   * A setting as the program gets it, decrypted; undefined where the stack's file has none.
   *
   * @param key - without the project's name, or of another package, such as `aws:region`
   */
  plainSetting(key: string): Promise<unknown>;
  /** What the stack gives out; undefined where there is no such stack. */
  outputs(): Promise<Outputs | undefined>;
  /** What Pulumi has on record of the stack; undefined where there is no such stack. */
  record(): Promise<Deployment | undefined>;
  /** Puts a record in the place of that one. Pulumi refuses while an update is under way. */
  writeRecord(deployment: Deployment): Promise<void>;
  /** Records of the backend's other stacks of this project, as far as they can be read as files. */
  otherRecords(): Deployment[];
}

/** What every command may ask of the place that a stack runs on. */
export interface Target {
  /** How messages name it: "Docker", "the cluster", "AWS". */
  readonly place: string;
  /**
   * Asks whether it is there, and says what answered: `docker   28.3 at unix:///...`.
   *
   * @throws Failure that says what to do
   */
  connect(): Promise<Fact[]>;
  /** What runs of the stack. */
  status(): Promise<StackStatus>;
  /**
   * Writes what the stack's parts say, a line at a time, in the order in which they said it.
   *
   * @throws Failure where there is no such part
   */
  logs(request: LogRequest, write: (line: string) => void): Promise<void>;
  /**
   * Opens a way from this machine, which `close` ends: a forwarded port, or none where the address
   * itself can be called.
   *
   * @param port - of 127.0.0.1, where a port is forwarded. @default - a free one
   * @throws Failure where there is no way
   */
  reach(entrance: Entrance, port?: number): Promise<Reach>;
  /**
   * Puts in order what an update that broke off left, before the next one or a destroy; undefined
   * where there is no such stack.
   */
  recover(): Promise<Recovery | undefined>;
  /** What is left after the stack was destroyed, given what Pulumi had on record before. */
  leftovers(before: Deployment | undefined): Promise<Leftovers>;
  /** What it has for the stack beside what others have; undefined where it grows with what it is asked for. */
  room(): Promise<Room | undefined>;
  /** Whether an image of an earlier release can still be run. */
  hasImage(image: string): Promise<boolean>;
  /**
   * The digest that stands for an image's content: the registry's, or the id that the engine gives to
   * what was never pushed. Undefined where it is gone.
   */
  digestOf(image: string): Promise<string | undefined>;
}

/** A line of a command: what it is about, and what there is to say. */
export interface Fact {
  readonly subject: string;
  readonly text: string;
}

/** Ways into a stack. */
export type Entrance = "rest" | "notebook";

/** A way into a stack, open until it is closed. */
export interface Reach {
  /** A URL of the stack's outputs as it is called from here. */
  url(of: string): string;
  /** Whether `close` ends the way: it leads through this process. */
  readonly forwarded: boolean;
  close(): void;
}

/** A container, task or pod of a stack. */
export interface Part {
  /** `replica`, `canary`, `balancer` or `notebook`. */
  readonly part: string;
  /** What tells it from its like: the number of a replica, the end of a pod's or a task's name; else empty. */
  readonly id: string;
  /** Version of the model. @default - it has none */
  readonly version?: string;
  /** Machine that it runs on. @default - there is only one */
  readonly node?: string;
  readonly state: string;
  /** `healthy`, `unhealthy`, `starting`; empty without a check. */
  readonly health: string;
  readonly since: string;
  readonly image: string;
  /** Whether it does what it is for. */
  readonly well: boolean;
}

/** What runs of a stack. */
export interface StackStatus {
  /** Where its addresses are and from where they are reached. */
  readonly addresses: Fact[];
  readonly parts: Part[];
  /** Lines of the table of the parts, in the target's own columns. */
  readonly table: string[];
  /** Whether every part is well, and none is missing. */
  readonly complete: boolean;
  /** Why the service cannot be asked from here. @default - it can be */
  readonly silent?: string;
  /** What is amiss, in the target's own words, such as events of a deployment. */
  readonly remarks: Fact[];
}

export interface LogRequest {
  /** A part, or one of its like by its id. @default - all */
  readonly which?: string;
  /** How many of the last lines of each, or all. */
  readonly tail: string;
  readonly timestamps: boolean;
  /** Whether to go on until the parts end, or this process. */
  readonly follow: boolean;
  /** Whether lines are as they were written: without a part in front, and requests as JSON. @default false */
  readonly raw?: boolean;
  /** Lines of the last seconds only, where the target can tell. @default - of all times */
  readonly sinceSeconds?: number;
}

/** A stack in which the next update, or a destroy, can begin. */
export interface Recovery {
  /** Cures what somebody else changed meanwhile, and says what an update needs to see of it. */
  cure(): Promise<Cure>;
  /** Ends what was left to serve: after an update, and before a destroy. */
  finish(): Promise<void>;
}

/** What an update is told besides. */
export interface Cure {
  /** Whether Pulumi has to compare its record with the target first. */
  readonly refresh: boolean;
  /** URNs of what only a replacement puts right. */
  readonly replace: string[];
}

/** What is left of a machine: a Docker host, or a node of a swarm or cluster. */
export interface Machine {
  readonly name: string;
  /** MiB of its memory, in all and promised to containers of others. */
  readonly memoryMb: number;
  readonly promisedMb: number;
  /** CPUs that are promised to nobody. @default - they are shared by all */
  readonly freeCpus?: number;
}

/** What a target has for a stack. */
export interface Room {
  readonly machines: Machine[];
  /** What it sets aside for each balancer. */
  readonly balancerMemoryMb: number;
  readonly balancers: number;
}

/** What a destroyed stack leaves. */
export interface Leftovers {
  /** Commands that remove what Pulumi has no record of; none where nothing of that kind is left. */
  readonly strays: string[];
  /** What stays on purpose, and how to remove it. */
  readonly stays: Fact[];
}

/** What a stack gives out. */
export interface Outputs {
  readonly restUrl: string;
  /** Base URL by model; absent before the next up of an older stack. */
  readonly modelUrls?: Record<string, string>;
  /** Version by label, by model. */
  readonly modelLabels?: Record<string, Record<string, string>>;
  readonly grpcAddress: string;
  /** Key of the commands, for a service that asks for one; a secret. */
  readonly predictKey?: string;
  /** Authority that signed the service's certificate, in PEM, where it is the stack's own. */
  readonly caCertificate?: string;
  /** Absent without a notebook. */
  readonly notebookUrl?: string;
  readonly image: string;
  readonly modelVersion: string;
  /** Absent where the model lies in modelFolder. */
  readonly modelSource?: string;
  readonly modelRevision?: string;
  /** Empty for none. */
  readonly canaryVersion?: string;
  readonly canaryPercent?: number;
  readonly signature?: ModelSignature;
  /** What the model's card tells; null for none, absent before the next up of an older stack. */
  readonly modelCard?: ModelCard | null;
  /** What the gate has found of the release. Absent, or null, where it was not asked. */
  readonly evaluation?: (Evaluation & { readonly previous?: Evaluation }) | null;
  readonly replicas: number;
  /** On Kubernetes, the commands that open a way to the service and to the notebook. */
  readonly portForward?: string;
  readonly notebookPortForward?: string;
  /** On AWS. */
  readonly notebookTunnel?: string;
  readonly cluster?: string;
  readonly service?: string;
  readonly logGroup?: string;
}

/** How good a model was on held-out data. */
export interface Evaluation {
  readonly metric: string;
  readonly value: number;
  readonly examples: number;
}

/** Inputs and outputs of the model, as the output `signature` has them. */
export interface ModelSignature {
  /** `tensorflow/serving/predict`, and so on. */
  readonly methodName?: string;
  readonly inputs: Record<string, { dtype: string; shape?: number[] }>;
  readonly outputs: Record<string, { dtype: string; shape?: number[] }>;
}

/** A resource as Pulumi has it on record. */
export interface Resource {
  urn: string;
  type: string;
  id?: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each type has its own
  inputs?: Record<string, any>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  outputs?: Record<string, any>;
  /** Why the last update of it failed. */
  initErrors?: string[];
  /** Replaced already, and still to be deleted. */
  delete?: boolean;
  /** Deleted already, and still to be created. */
  pendingReplacement?: boolean;
  /** Stays where it is when it leaves the record. */
  retainOnDelete?: boolean;
}

/** What Pulumi has on record: resources, and operations whose end it never saw. */
export interface Deployment {
  /** When it was written down, RFC 3339. */
  manifest?: { time: string };
  resources?: Resource[];
  pending_operations?: { resource: Resource; type: string }[];
}
