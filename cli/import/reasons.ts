import type { Entry, Place } from "./composeTree";
import type { Findings } from "./findings";

const always = "replicas, balancer and notebook are started again, always";
const ownNetwork = "the stack has a network of its own, on which the service has its name";
const ownUpdate =
  "a release goes on only while new replicas are healthy, and else leaves the old ones";
const hardened = "containers run without root, capabilities and a writable root, always";

/** Why a key of a service has no setting, by its path below the service. */
const reasons: Record<string, string> = {
  restart: always,
  "deploy.restart_policy": always,
  healthcheck: "the balancer asks each replica for its model, and Docker asks its supervisor",
  networks: ownNetwork,
  links: ownNetwork,
  container_name: "replicas and releases need names of their own",
  hostname: ownNetwork,
  depends_on: "the stack knows the order",
  expose: "the ports inside the container are always 8500 and 8501",
  environment: "a replica has no variables of its own: flags are in server",
  env_file: "only MODEL_NAME and MODEL_BASE_PATH are read of it",
  configs: "files are read where a flag names them",
  labels: "the stack sets its labels",
  "deploy.labels": "the stack sets its labels",
  logging: "logs go to Docker's default driver: npm run logs",
  "deploy.mode": "replicas are counted: set replicas",
  "deploy.endpoint_mode":
    "on one Docker host the balancer knows every replica; --target swarm takes it",
  "deploy.placement":
    "one Docker host has no placement; --target swarm takes constraints and spread",
  "deploy.update_config": ownUpdate,
  "deploy.rollback_config": "npm run rollback goes back",
  "deploy.resources.reservations": "only cpus can be reserved, and only with --target swarm",
  "deploy.resources.limits.pids": "Docker's Pulumi provider has no such limit for Swarm",
  pids_limit: "Docker's Pulumi provider has no such limit for Swarm",
  user: hardened,
  privileged: hardened,
  cap_add: hardened,
  cap_drop: hardened,
  security_opt: hardened,
  read_only: hardened,
  tmpfs: hardened,
  volumes: "replicas mount nothing: the model is in the image",
  command: "only flags of the server are taken",
  entrypoint: "the image's own entrypoint starts the server",
  platform: "TensorFlow Serving's image is for linux/amd64",
  pull_policy: "images are by digest or pinned tag",
  build: "the stack's image is made from the model alone",
  profiles: "a stack has no profiles: make another stack",
};

/** The same for the notebook. */
const notebookReasons: Record<string, string> = {
  ...reasons,
  environment: "the notebook has the service's addresses and a token of its own (npm run open)",
  command: "JupyterLab is started as the image does it",
  entrypoint: "JupyterLab is started as the image does it",
  volumes: "a notebook has notebookFolder and notebookDataFolder",
  healthcheck: "Docker asks JupyterLab itself",
  deploy: "a stack has one notebook",
  build: "the notebook's image is notebookImage with the packages of notebookRequirements",
  ports: "JupyterLab is the only port of the notebook",
};

const topReasons: Record<string, string> = {
  version: "Compose itself does not read it any more",
  networks: "the stack has a network of its own",
  volumes: "the model is in the image, and the notebook has a volume of its own",
  configs: "files are taken where a service names them",
  secrets: "files are taken where a service names them",
};

/** Says of all that nobody has said anything about why it is not taken. */
export function leaveTheRest(
  service: { entry: Entry },
  role: "serving" | "notebook",
  findings: Findings,
): void {
  const table = role === "serving" ? reasons : notebookReasons;
  const base = service.entry.path.length + 1;
  visit(service.entry, findings, (entry) => reasonFor(table, entry.path.slice(base)));
}

/** The same for keys that are no service's. */
export function leaveTopKeys(root: Entry, services: Entry, findings: Findings): void {
  for (const [key, entry] of root.fields ?? []) {
    const isService = services === root && entry.fields !== undefined && !key.startsWith("x-");
    if (entry !== services && key !== "name" && !isService) {
      const why = key.startsWith("x-") ? "read where it is referred to" : topReasons[key];
      findings.leave(entry, why ?? "no setting of a stack stands for it");
    }
  }
}

/** What is said of a key counts for all below it; where something below is said, the rest is told apart. */
function visit(entry: Entry, findings: Findings, reason: (entry: Entry) => string): void {
  const places = [...findings.taken, ...findings.left, ...findings.troubles].map(
    ({ place }) => place,
  );
  for (const child of [...(entry.fields?.values() ?? []), ...(entry.items ?? [])]) {
    if (places.some((place) => isSame(place, child))) {
      continue;
    }
    if (places.some((place) => isBelow(place, child))) {
      visit(child, findings, reason);
    } else {
      findings.leave(child, reason(child));
    }
  }
}

function isSame(place: Place, { file, path }: Place): boolean {
  return place.file === file && place.path === path;
}

function isBelow(place: Place, { file, path }: Place): boolean {
  return (
    place.file === file &&
    /^[.[]/.test(place.path.slice(path.length)) &&
    place.path.startsWith(path)
  );
}

/** Of the nearest key above that has one. */
function reasonFor(table: Record<string, string>, path: string): string {
  const names = path.replace(/\[\d+\]/g, "").split(".");
  const paths = names.map((_, index) => names.slice(0, names.length - index).join("."));
  const found = paths.find((one) => one in table);
  return found ? table[found] : "no setting of a stack stands for it";
}
