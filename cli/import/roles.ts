import type { Entry } from "./composeTree";
import type { Findings } from "./findings";
import { mayBeServing, type Service } from "./service";

/** The services that become the stack. */
export interface Chosen {
  /** @default - there is none, or it is not clear which */
  readonly serving?: Service;
  readonly notebook?: Service;
}

type Role = "serving" | "notebook" | "balancer" | "other";

/**
 * Chooses what is served and its notebook, and says of the others why they are not taken.
 *
 * @param name - of the service that is to be served. @default - the only one there is
 */
export function chooseServices(
  services: Service[],
  name: string | undefined,
  place: Entry,
  findings: Findings,
): Chosen {
  const roles = new Map(services.map((service) => [service, roleOf(service)]));
  const all = services.filter((service) => roles.get(service) === "serving");
  const candidates = name === undefined ? all : services.filter((one) => one.name === name);
  if (candidates.length !== 1) {
    findings.refuse(place, whyNone(services, candidates, name));
    findings.troubles.push(...services.flatMap(({ troubles }) => troubles));
    return {};
  }
  const [serving] = candidates;
  const notebook = services.find((one) => one !== serving && roles.get(one) === "notebook");
  findings.troubles.push(...serving.troubles, ...(notebook?.troubles ?? []));
  for (const service of services) {
    if (service !== serving && service !== notebook) {
      findings.leave(service.entry, whyLeft(roles.get(service)!));
    }
  }
  return { serving, notebook };
}

function whyNone(services: Service[], found: Service[], name: string | undefined): string {
  const listed = services.map((one) => `${one.name} (${imageOf(one) || "no image"})`).join(", ");
  if (name !== undefined) {
    return `has no service ${name}: use one of ${listed}`;
  }
  return found.length === 0
    ? `none of the services is TensorFlow Serving: ${listed || "there is none"}; --service NAME says which one is it`
    : `${found.map((one) => one.name).join(" and ")} are TensorFlow Serving each, and a stack has one: ` +
        `import each into a stack of its own, such as --service ${found[0].name} --stack ${found[0].name}`;
}

function imageOf({ dockerfile, image }: Service): string {
  return dockerfile?.from.image ?? image?.text ?? "";
}

function roleOf(service: Service): Role {
  const image = imageOf(service);
  const words = service.words.map(({ value }) => value).join(" ");
  if (/jupyter|notebook/i.test(image) || /\bjupyter\b|start-notebook/.test(words)) {
    return "notebook";
  }
  if (
    mayBeServing(image) ||
    /tensorflow_model_server|--model_(base_path|config_file)=/.test(words)
  ) {
    return "serving";
  }
  return /nginx|haproxy|traefik|envoy|caddy|httpd/i.test(image) ? "balancer" : "other";
}

function whyLeft(role: Role): string {
  const reasons: Record<Role, string> = {
    serving: "--service takes it, into a stack of its own",
    notebook: "a stack has one notebook",
    balancer: "not needed: the stack has a balancer of its own in front of the replicas",
    other:
      "a stack is the service and its notebook: run it as before, and let it call the published ports",
  };
  return reasons[role];
}
