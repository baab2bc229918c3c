import { randomBytes } from "crypto";
import { createRequire } from "module";
import { setTimeout } from "timers/promises";
import { type Log, noLog } from "../provider/engineLog";
import type { Checked, Difference, Options, Plain, Provider } from "../provider/provider";
import { NotReadyError } from "../provider/provider";
import { Api, ApiError, isNotFound, NoSuchKindError, type Reference } from "./api";
import { type Awaited, readiness, timeoutOf, untilReady } from "./awaits/untilReady";
import { changesIn } from "./changes";
import { prune } from "./prune";
import { forces, takeOver, withoutIgnored } from "./managers";
import { annotation, autonamed, idOf, includesUnknown, kindOfUrn } from "./metadata";
import { referenceTo, refusedAnnotations, withoutNulls } from "./metadata";
import { type Mutable, replacementsIn } from "./replacements";
import { checkSettings, diffSettings, isOn } from "./settings";

/** The version of @pulumi/kubernetes whose programs this provider serves. */
const { version } = createRequire(__filename)("@pulumi/kubernetes/package.json") as {
  version: string;
};

/** Kinds without a namespace, for when no server can be asked. */
const clusterWide =
  /^(Namespace|Node|PersistentVolume|CustomResourceDefinition|Cluster\w+|\w+Class)$/;

/**
 * Stands in for the provider `kubernetes` of @pulumi/kubernetes in tests, where its plugin cannot be
 * downloaded. Inputs go to a real API server as they are: created, then changed by server-side apply,
 * awaited, read back. It is stricter than the official one in that it refuses fields which the server
 * does not know. What it cannot do it refuses: helm, kustomize, YAML files, patch resources, the
 * functions, client-side apply.
 *
 * @see https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/provider/provider.go
 */
export class TestProvider implements Provider {
  readonly version = version;
  private readonly cancelled = new AbortController();
  private mutable: Mutable = { configMaps: false, secrets: false };
  private settings: Plain = {};
  private connected?: Api;
  /** Why the cluster cannot be reached, which is no error before an update needs it. */
  private unreachable?: string = "the provider is not configured";

  constructor(private readonly log: Log = noLog) {}

  checkConfig(inputs: Plain): Checked {
    return checkSettings(inputs);
  }

  diffConfig(olds: Plain, news: Plain): Promise<Difference> {
    return diffSettings(olds, news);
  }

  async configure(inputs: Plain): Promise<void> {
    this.settings = inputs;
    this.mutable = {
      configMaps: isOn(inputs, "enableConfigMapMutable"),
      secrets: isOn(inputs, "enableSecretMutable"),
    };
    try {
      this.connected = await Api.of(inputs);
      await this.connected.version();
      this.unreachable = undefined;
    } catch (error) {
      this.unreachable = (error as Error).message;
    }
  }

  invoke(token: string): Promise<Record<string, unknown>> {
    return Promise.reject(new Error(`The test provider has no function ${token}`));
  }

  async check(urn: string, olds: Plain, news: Plain): Promise<Checked> {
    const kind = kindOfUrn(urn);
    const named = autonamed(urn, olds, withoutNulls({ ...news, ...kind }));
    const inputs = await this.withNamespace(named);
    const failures = refusedAnnotations
      .filter((name) => inputs.metadata.annotations?.[name] !== undefined)
      .map((name) => ({
        property: `metadata.annotations["${name}"]`,
        reason: "the test provider does not know this annotation",
      }));
    if (this.unreachable) {
      this.log.warn(urn, `configured Kubernetes cluster is unreachable: ${this.unreachable}`);
    } else if (!includesUnknown(inputs)) {
      failures.push(...(await this.unknownFields(inputs)));
    }
    return { inputs, failures };
  }

  async diff(_urn: string, olds: Plain, news: Plain, state: Plain): Promise<Difference> {
    const changed = changesIn(state, olds, news);
    const replaces = replacementsIn(news, changed, this.mutable);
    // Without auto-naming the new one would have the name of the old one.
    const keepsName =
      annotation(news, "autonamed") !== "true" &&
      news.metadata.name === state.metadata.name &&
      news.metadata.namespace === state.metadata.namespace;
    return { changed, replaces, deleteFirst: replaces.length > 0 && keepsName };
  }

  async planCreate(_urn: string, inputs: Plain): Promise<Plain> {
    if (!(await this.canPlan(inputs))) {
      return inputs;
    }
    try {
      const call = { query: { dryRun: "All", fieldManager: managerOf({}, inputs) } };
      const planned = await this.api.create(referenceTo(inputs), inputs, call);
      delete planned.status;
      return planned;
    } catch (error) {
      // Its namespace may come with the same update, and what is there may go first.
      const unknowable = ["Forbidden", "AlreadyExists"];
      if (isNotFound(error) || (error instanceof ApiError && unknowable.includes(error.reason))) {
        return inputs;
      }
      throw refusal(inputs, error);
    }
  }

  async create(urn: string, inputs: Plain, options: Options) {
    const fieldManager = managerOf({}, inputs);
    const query = { fieldManager, fieldValidation: "Strict" };
    const warn = (text: string): void => this.log.warn(urn, text);
    const created = await this.retried(urn, () =>
      this.api.create(referenceTo(inputs), inputs, { query, warn }),
    ).catch((error) => {
      throw refusal(inputs, error);
    });
    const awaited = await this.awaited(urn, created, options);
    return { id: idOf(created), outputs: this.ready(awaited, fieldManager, "created") };
  }

  async read(urn: string, id: string, state: Plain, inputs: Plain) {
    const [name, namespace] = id.split("/").reverse();
    const known = inputs.apiVersion ? inputs : kindOfUrn(urn);
    const object = { ...known, metadata: { ...inputs.metadata, name, namespace } };
    try {
      const awaited = await readiness(this.api, object);
      const pruned = prune(awaited.live, inputs);
      const outputs = this.ready(awaited, managerOf(state, inputs), "found", pruned);
      return { outputs, inputs: pruned };
    } catch (error) {
      if (isNotFound(error) || error instanceof NoSuchKindError) {
        return undefined;
      }
      throw error;
    }
  }

  async planUpdate(urn: string, state: Plain, _olds: Plain, news: Plain, options: Options) {
    if (!(await this.canPlan(news))) {
      return news;
    }
    try {
      return await this.apply(urn, state, news, options, true);
    } catch (error) {
      if (error instanceof ApiError && error.reason === "Forbidden") {
        return news;
      }
      throw error;
    }
  }

  async update(
    urn: string,
    _id: string,
    state: Plain,
    _olds: Plain,
    news: Plain,
    options: Options,
  ): Promise<Plain> {
    const fieldManager = managerOf(state, news);
    const object = referenceTo(news);
    try {
      const applied = await this.apply(urn, state, news, options, false);
      const awaited = await this.awaited(urn, applied, options);
      return this.ready(awaited, fieldManager, "updated");
    } catch (error) {
      // As in the official one: where the object is there still, the engine is to try again.
      const live =
        error instanceof ApiError && (await this.api.find(object).catch(() => undefined));
      if (!live) {
        throw error;
      }
      const reasons = [(error as Error).message];
      throw this.notReady({ live, reasons }, fieldManager, "updated");
    }
  }

  async delete(urn: string, _id: string, state: Plain, options: Options): Promise<void> {
    if (this.unreachable && isOn(this.settings, "deleteUnreachable")) {
      return;
    }
    const object = referenceTo(state);
    const policy = annotation(state, "deletionPropagationPolicy") ?? "foreground";
    try {
      await this.api.delete(object, policy[0].toUpperCase() + policy.slice(1));
      await this.gone(urn, object, state, options);
    } catch (error) {
      if (!isNotFound(error) && !(error instanceof NoSuchKindError)) {
        throw error;
      }
    }
  }

  cancel(): void {
    this.cancelled.abort();
  }

  private get api(): Api {
    if (this.unreachable || !this.connected) {
      throw new Error(`configured Kubernetes cluster is unreachable: ${this.unreachable}`);
    }
    return this.connected;
  }

  private async withNamespace(inputs: Plain): Promise<Plain> {
    if (inputs.metadata?.namespace !== undefined || !(await this.isNamespaced(inputs))) {
      return inputs;
    }
    const namespace = this.settings.namespace || this.connected?.namespace || "default";
    return { ...inputs, metadata: { ...inputs.metadata, namespace } };
  }

  private async isNamespaced(inputs: Plain): Promise<boolean> {
    if (this.unreachable) {
      return !clusterWide.test(inputs.kind);
    }
    // A custom resource whose definition is not there yet most likely is.
    return this.api.kindOf(inputs).then(
      ({ namespaced }) => namespaced,
      () => true,
    );
  }

  /** What the server would leave out in silence: the official provider only warns of it. */
  private async unknownFields(inputs: Plain): Promise<Checked["failures"]> {
    try {
      const query = { dryRun: "All", fieldValidation: "Strict" };
      await this.api.create(referenceTo(inputs), inputs, { query });
    } catch (error) {
      if (error instanceof ApiError && error.reason === "BadRequest") {
        return [{ property: "", reason: error.message }];
      }
      // The rest is for the plan to find, or for the update.
      if (!(error instanceof ApiError || error instanceof NoSuchKindError)) {
        throw error;
      }
    }
    return [];
  }

  private async canPlan(inputs: Plain): Promise<boolean> {
    if (this.unreachable || includesUnknown(inputs)) {
      return false;
    }
    return this.api.kindOf(inputs).then(
      () => true,
      () => false,
    );
  }

  /** Namespaces and definitions of custom resources can be a moment late. */
  private async retried<T>(urn: string, action: () => Promise<T>): Promise<T> {
    for (let pause = 1; ; pause *= 2) {
      try {
        return await action();
      } catch (error) {
        const isLate = isNotFound(error) || error instanceof NoSuchKindError;
        if (!isLate || pause > 16 || this.cancelled.signal.aborted) {
          throw error;
        }
        this.log.status(urn, `Retry; creation failed: ${(error as Error).message}`);
        await setTimeout(pause * 1000);
      }
    }
  }

  private async apply(urn: string, state: Plain, news: Plain, { ignored }: Options, plan: boolean) {
    const fieldManager = managerOf(state, news);
    const object = referenceTo(news);
    let live = await this.api.get(object);
    const patch = plan ? undefined : takeOver(live, fieldManager);
    if (patch) {
      live = await this.api.patch(object, patch);
    }
    const query = {
      fieldManager,
      force: String(forces(news, plan)),
      fieldValidation: "Strict",
      ...(plan ? { dryRun: "All" } : {}),
    };
    const body = withoutIgnored(news, live, ignored, fieldManager);
    const warn = plan ? undefined : (text: string) => this.log.warn(urn, text);
    return this.api.apply(object, body, { query, warn }).catch((error) => {
      throw error.reason === "Conflict"
        ? new ApiError({
            code: error.code,
            reason: error.reason,
            message: `Server-Side Apply field conflict detected: ${error.message}`,
          })
        : error;
    });
  }

  private awaited(urn: string, object: Plain, { timeoutSeconds }: Options): Promise<Awaited> {
    const status = (text: string): void => this.log.status(urn, text);
    const { signal } = this.cancelled;
    return untilReady(this.api, object, { timeoutSeconds, signal, status });
  }

  /** The outputs of an object that is ready; else what the engine is to keep of it. */
  private ready(awaited: Awaited, manager: string, done: string, inputs?: Plain): Plain {
    if (awaited.reasons.length > 0) {
      throw this.notReady(awaited, manager, done, inputs);
    }
    return outputsOf(awaited.live, manager);
  }

  private notReady({ live, reasons }: Awaited, manager: string, done: string, inputs?: Plain) {
    const id = idOf(live);
    const message = `resource ${id} was ${done}, but failed to fully initialize or become live: ${reasons[0]}`;
    return new NotReadyError(message, id, outputsOf(live, manager), [message, ...reasons], inputs);
  }

  private async gone(urn: string, object: Reference, state: Plain, { timeoutSeconds }: Options) {
    const slow = /^(Deployment|StatefulSet|DaemonSet)$/.test(object.kind);
    const seconds = timeoutOf(state, timeoutSeconds) ?? (slow ? 600 : 300);
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const live = await this.api.find(object);
      if (!live || live.metadata.uid !== state.metadata.uid) {
        return;
      }
      if (Date.now() > deadline || this.cancelled.signal.aborted) {
        const holders = live.metadata.finalizers?.join(", ") ?? "none";
        throw new Error(
          `Timed out waiting for deletion of ${object.kind} ${object.name} (finalizers: ${holders})`,
        );
      }
      this.log.status(urn, `waiting for deletion of ${object.kind} ${object.name}`);
      await setTimeout(250);
    }
  }
}

/** The name by which the server knows whose fields they are; it stays the same. */
function managerOf(state: Plain, inputs: Plain): string {
  return (
    annotation(inputs, "patchFieldManager") ??
    state.__fieldManager ??
    `pulumi-kubernetes-${randomBytes(4).toString("hex")}`
  );
}

function outputsOf(live: Plain, manager: string): Plain {
  return { ...live, __fieldManager: manager, __initialApiVersion: live.apiVersion };
}

function refusal(inputs: Plain, error: unknown): Error {
  const text =
    error instanceof NoSuchKindError
      ? `creation of resource ${idOf(inputs)} failed because the Kubernetes API server reported that the apiVersion for this resource does not exist. Verify that any required CRDs have been created`
      : `resource ${idOf(inputs)} was not successfully created by the Kubernetes API server`;
  return new Error(`${text}: ${(error as Error).message}`);
}
