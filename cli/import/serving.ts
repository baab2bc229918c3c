import { networkName, parseImageReference, problemsOf } from "@tf-model-serving/core/facts";
import { below, type Entry } from "./composeTree";
import type { Findings } from "./findings";
import { type CommandLine, type Shown, takeModel } from "./model";
import { isServingImage, type Service } from "./service";
import { portsOf, takeGpus, wholeMiB } from "./values";

/** Where the stack is going to run. */
export type ImportTarget = "docker" | "swarm";

/** What taking a service needs besides. */
export interface Taking {
  readonly target: ImportTarget;
  readonly findings: Findings;
  readonly shown: Shown;
}

/** Makes settings of the service of TensorFlow Serving. */
export function takeServing(service: Service, taking: Taking): void {
  const { findings, target } = taking;
  if (target === "swarm") {
    findings.take(service.entry, "target", target, "--target");
  }
  takeServiceName(service, findings);
  takeImage(service, taking);
  const line = takeModel(service, findings, taking.shown);
  takePorts(service, line, taking);
  takeDeploy(service.entry, taking);
  takeTimes(service.entry, findings);
}

/** Clients on the network go on calling the service by the name that it has. */
function takeServiceName({ entry, name }: Service, findings: Findings): void {
  const [problem] = problemsOf(networkName, name);
  if (problem) {
    findings.leave(entry, `serviceName ${problem.reason}`);
  } else {
    findings.take(entry, "serviceName", name);
  }
}

/** The image that the model's image is made from. */
function takeImage({ image, dockerfile, entry }: Service, { findings, target }: Taking): void {
  const from = dockerfile?.from ?? (image?.text && { image: image.text, place: image });
  if (from) {
    const reference = parseImageReference(from.image);
    if ("reason" in reference) {
      findings.refuse(from.place, reference.reason);
    } else if (
      isServingImage(from.image) &&
      !reference.digest &&
      (reference.tag ?? "latest") === "latest"
    ) {
      findings.say(
        from.place,
        `baseImage: the default, which is pinned (${from.image} is whatever is the newest)`,
      );
    } else {
      findings.take(from.place, "baseImage", from.image);
    }
  }
  const build = below(entry, "build");
  if (build && dockerfile) {
    findings.say(build, `read ${dockerfile.from.place.file}; the stack makes its own image`);
  }
  if (image?.text && dockerfile) {
    takeName(image, image.text, target, findings);
  }
  for (const { word, text, place } of dockerfile?.others ?? []) {
    findings.leave(place, word === "RUN" ? `"${brief(text)}" ${ofOwnBase}` : ofImage(word));
  }
}

const ofOwnBase =
  "is no part of the stack's image: build an image with it alone, and set baseImage to that";

function ofImage(word: string): string {
  return word === "EXPOSE"
    ? "the ports inside the container are always 8500 and 8501"
    : "the stack's own image sets what it needs";
}

function brief(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}

/** Name of the image that is built: it is pushed only where there is a registry. */
function takeName(image: Entry, text: string, target: ImportTarget, findings: Findings): void {
  const reference = parseImageReference(text);
  if ("reason" in reference) {
    findings.leave(image, reference.reason);
    return;
  }
  const { registry, repository } = reference;
  findings.take(image, "repository", repository, "its tag comes from the content");
  if (registry && target === "swarm") {
    findings.take(image, "registry", registry);
  } else if (registry) {
    findings.leave(
      image,
      `the image is not pushed to ${registry} unless registry: ${registry} is set`,
    );
  }
}

function takePorts({ entry }: Service, { ports }: CommandLine, { target, findings }: Taking): void {
  const published = portsOf(below(entry, "ports"), findings);
  const rest = published.find(({ inside }) => inside === ports.rest);
  const grpc = published.find(({ inside }) => inside === ports.grpc);
  for (const port of published) {
    if (port !== rest && port !== grpc) {
      findings.leave(port.entry, `nothing answers at port ${port.inside} of a replica`);
    }
  }
  if (rest) {
    findings.take(
      rest.entry,
      "restPort",
      rest.outside ?? 8501,
      rest.outside ? undefined : "Docker chose any",
    );
  } else {
    findings.remarks.push(
      "REST was published nowhere: here it is at 127.0.0.1:8501 of the Docker host (restPort).",
    );
  }
  if (grpc) {
    findings.take(
      grpc.entry,
      "grpcPort",
      grpc.outside ?? 8500,
      grpc.outside ? undefined : "Docker chose any",
    );
  } else {
    findings.settings.grpcPort = 0;
    findings.remarks.push("gRPC was published nowhere, and is not here: grpcPort: 0.");
  }
  const addresses = new Set([rest, grpc].flatMap((one) => (one ? [one.address ?? ""] : [])));
  const [address] = addresses;
  if (target === "docker" && addresses.size === 1 && address && address !== "0.0.0.0") {
    findings.take((rest ?? grpc)!.entry, "publishAddress", address);
  } else if (target === "docker" && addresses.size > 0) {
    findings.remarks.push(
      "Ports were published on every address: here they are on 127.0.0.1 alone; publishAddress: 0.0.0.0 opens them to other machines.",
    );
  }
}

/** `deploy`, and the older keys for the same. */
function takeDeploy(entry: Entry, { target, findings }: Taking): void {
  const replicas = below(entry, "deploy", "replicas") ?? below(entry, "scale");
  if (replicas) {
    takeNumber(replicas, "replicas", findings);
  } else {
    findings.settings.replicas = 1;
    findings.remarks.push("The compose file names no number of replicas: replicas: 1, as it was.");
  }
  const limits = below(entry, "deploy", "resources", "limits");
  const cpus = below(limits, "cpus") ?? below(entry, "cpus");
  const memory = below(limits, "memory") ?? below(entry, "mem_limit");
  if (cpus) {
    takeNumber(cpus, "cpus", findings, /^\d+(\.\d+)?$/);
  }
  const mib = memory && wholeMiB(memory, findings);
  if (memory && mib) {
    findings.take(memory, "memoryMb", mib);
  }
  const missing = [...(cpus ? [] : ["cpus"]), ...(memory ? [] : ["memoryMb"])];
  if (missing.length > 0) {
    const defaults = missing.map((key) => `${key}: ${String(findings.defaultOf(key))}`);
    findings.remarks.push(`A replica has limits, and had none of these: ${defaults.join(", ")}.`);
  }
  const pids = below(limits, "pids") ?? below(entry, "pids_limit");
  if (pids && target === "docker") {
    takeNumber(pids, "pids", findings);
  }
  takeGpus(entry, target, findings);
  takeUpdate(below(entry, "deploy", "update_config"), findings);
  if (target === "swarm") {
    takeSwarm(below(entry, "deploy"), findings);
  }
}

function takeNumber(entry: Entry, key: string, findings: Findings, pattern = /^\d+$/): void {
  if (!pattern.test(entry.text ?? "")) {
    findings.refuse(entry, `is ${JSON.stringify(entry.text ?? null)}: use a number`);
    return;
  }
  findings.take(entry, key, key === "cpus" ? entry.text : Number(entry.text));
}

function takeUpdate(update: Entry | undefined, findings: Findings): void {
  const order = below(update, "order");
  if (order) {
    findings.take(order, "strategy", order.text === "stop-first" ? "inPlace" : "surge");
  }
  const parallelism = below(update, "parallelism");
  if (parallelism && parallelism.text !== "0") {
    takeNumber(parallelism, "parallelStarts", findings);
  }
}

/** What only a swarm has. */
function takeSwarm(deploy: Entry | undefined, findings: Findings): void {
  const mode = below(deploy, "endpoint_mode");
  if (mode) {
    findings.take(mode, "swarmEndpointMode", mode.text);
  }
  const reserved = below(deploy, "resources", "reservations", "cpus");
  if (reserved) {
    findings.take(reserved, "swarmReservedCpus", reserved.text);
  }
  const constraints = below(deploy, "placement", "constraints");
  if (constraints?.items) {
    // Swarm takes them without spaces too.
    const texts = constraints.items.map(({ text = "" }) => text.replace(/\s*([=!]=)\s*/, "$1"));
    findings.take(constraints, "swarmConstraints", texts);
  }
  const spread = below(deploy, "placement", "preferences")?.items?.[0];
  const label = below(spread, "spread");
  if (label) {
    findings.take(label, "swarmSpreadOver", label.text);
  }
}

function takeTimes(entry: Entry, findings: Findings): void {
  const seconds = (one: Entry | undefined, key: string) => {
    const [, hours = "0", minutes = "0", rest = "0"] =
      /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(one?.text ?? "") ?? [];
    const sum = Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
    if (one && sum > 0) {
      findings.take(one, key, sum);
    }
  };
  seconds(below(entry, "stop_grace_period"), "stopGraceSeconds");
  seconds(below(entry, "healthcheck", "start_period"), "startTimeoutSeconds");
}
