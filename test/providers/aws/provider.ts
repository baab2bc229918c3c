import { randomBytes } from "crypto";
import { createRequire } from "module";

import type { Checked, CheckFailure, Difference, Plain, Provider } from "../host/provider";
import { unknown } from "../host/provider";
import { useRegion } from "./clients";
import { missingReferences } from "./references";
import { functionOf, resourceTypeOf } from "./registry";
import { found, type ResourceType } from "./resourceType";
import { changesIn, checkFields } from "./shapes";

/** The version of @pulumi/aws whose programs this provider serves. */
const { version } = createRequire(__filename)("@pulumi/aws/package.json") as { version: string };

/**
 * Stands in for the provider `aws` of @pulumi/aws in tests: it makes resources with the official AWS
 * SDK on an AWS API server of this machine. It is stricter than that server: it refuses resource
 * types and properties that it does not know, values that AWS does not take, names over AWS limits
 * and references to what is not there. In the rest it behaves as the real one does: names, outputs,
 * what replaces a resource, values that are unknown in a preview.
 */
export class TestProvider implements Provider {
  readonly version = version;
  private defaultTags: Record<string, string> = {};

  checkConfig(inputs: Plain): Checked {
    const known = [
      "region",
      "defaultTags",
      "allowedAccountIds",
      "version",
      "skipCredentialsValidation",
    ];
    const failures = Object.keys(inputs)
      .filter((key) => !known.includes(key) && !key.startsWith("__"))
      .map((property) => ({ property, reason: "the test provider does not know this property" }));
    return { inputs, failures };
  }

  diffConfig(olds: Plain, news: Plain): Difference {
    const changed = ["region", "defaultTags"].filter(
      (key) => JSON.stringify(olds[key]) !== JSON.stringify(news[key]),
    );
    return { changed, replaces: changed.filter((key) => key === "region") };
  }

  configure(inputs: Plain): void {
    useRegion(inputs.region ?? process.env.AWS_REGION);
    const tags = inputs.defaultTags;
    this.defaultTags = (typeof tags === "string" ? JSON.parse(tags) : tags)?.tags ?? {};
  }

  invoke(token: string, inputs: Plain): Promise<Record<string, unknown>> {
    return functionOf(token)(inputs);
  }

  check(urn: string, olds: Plain, news: Plain): Checked {
    const type = typeOf(urn);
    const failures: CheckFailure[] = [];
    const named = autonamed(type, urn, olds, news);
    const inputs = checkFields(named.inputs, type.inputs, "", failures);
    if (failures.length === 0) {
      failures.push(...(type.check?.(inputs) ?? []));
    }
    return { inputs: { ...inputs, __defaults: named.defaults }, failures };
  }

  diff(urn: string, olds: Plain, news: Plain): Difference {
    const type = typeOf(urn);
    const changes = changesIn(olds, news, type.inputs);
    const replaces = changes.filter((change) => change.replaces).map((change) => change.path);
    // Without auto-naming the new one would have the name of the old one.
    const keepsName =
      type.autoname !== undefined &&
      !news.__defaults?.includes(type.autoname) &&
      olds[type.autoname] === news[type.autoname];
    return {
      changed: changes.map((change) => change.path),
      replaces,
      deleteFirst: replaces.length > 0 && (type.deleteFirst || keepsName),
    };
  }

  planCreate(urn: string, inputs: Plain): Plain {
    return this.withTags(typeOf(urn), inputs);
  }

  async create(urn: string, inputs: Plain): Promise<{ id: string; outputs: Plain }> {
    const type = typeOf(urn);
    const state = this.withTags(type, inputs);
    await refuseMissing(inputs);
    const { id, outputs } = await type.create({ ...inputs, tags: state.tagsAll });
    return { id, outputs: { ...state, ...outputs } };
  }

  /** Whether the server has the resource still. */
  async exists(urn: string, id: string, state: Plain): Promise<boolean> {
    let there = false;
    // Some calls have an error for what is not there, others an empty answer.
    await found(
      typeOf(urn)
        .exists(id, state)
        .then((is) => void (there = is)),
    );
    return there;
  }

  async read(urn: string, id: string, state: Plain, inputs: Plain) {
    return (await this.exists(urn, id, state)) ? { outputs: state, inputs } : undefined;
  }

  planUpdate(urn: string, state: Plain, olds: Plain, news: Plain): Plain {
    const type = typeOf(urn);
    const changing = changesIn(olds, news, type.inputs).some(({ path }) => !/^tags\b/.test(path))
      ? (type.changing ?? [])
      : [];
    return {
      ...this.next(type, state, news),
      ...Object.fromEntries(changing.map((name) => [name, unknown])),
    };
  }

  async update(urn: string, id: string, state: Plain, olds: Plain, news: Plain): Promise<Plain> {
    const type = typeOf(urn);
    const names = new Set(
      changesIn(olds, news, type.inputs).map(({ path }) => path.split(/[.[]/)[0]),
    );
    if (!type.update || names.has("tags")) {
      throw new Error(`The test provider cannot change ${[...names].join()} of a ${tokenOf(urn)}`);
    }
    await refuseMissing(news);
    const next = this.next(type, state, news);
    const outputs = await type.update({
      id,
      state,
      olds,
      news: { ...news, tags: next.tagsAll },
      changed: (...wanted) => wanted.some((name) => names.has(name)),
    });
    return { ...next, ...outputs };
  }

  async delete(urn: string, id: string, state: Plain): Promise<void> {
    await typeOf(urn).delete(id, state);
  }

  /** The real provider's errors name AWS's error codes, which the SDK has beside its messages. */
  textOf(error: Error): string {
    return "$fault" in error ? `api error ${error.name}: ${error.message}` : error.message;
  }

  private next(type: ResourceType, state: Plain, news: Plain): Plain {
    const computed = Object.entries(state).filter(([name]) => !(name in type.inputs));
    return { ...Object.fromEntries(computed), ...this.withTags(type, news) };
  }

  private withTags(type: ResourceType, { __defaults, ...inputs }: Plain): Plain {
    void __defaults;
    return "tags" in type.inputs && !Array.isArray(inputs.tags)
      ? { ...inputs, tagsAll: { ...this.defaultTags, ...inputs.tags } }
      : inputs;
  }
}

function typeOf(urn: string): ResourceType {
  return resourceTypeOf(tokenOf(urn));
}

/** `aws:ecs/cluster:Cluster` of a URN. */
function tokenOf(urn: string): string {
  return urn.split("::")[2].split("$").pop()!;
}

/** Gives a resource without a name the one that it has, or a new one. */
function autonamed(type: ResourceType, urn: string, olds: Plain, news: Plain) {
  const property = type.autoname;
  if (!property || (news[property] !== undefined && news[property] !== null)) {
    return { inputs: news, defaults: [] };
  }
  const kept = olds.__defaults?.includes(property) ? olds[property] : undefined;
  const prefix = urn.split("::").slice(3).join("::");
  const name = kept ?? `${prefix}-${randomBytes(4).toString("hex").slice(0, 7)}`;
  return {
    inputs: { ...news, [property]: type.lowerCase ? name.toLowerCase() : name },
    defaults: [property],
  };
}

async function refuseMissing(inputs: Plain): Promise<void> {
  const missing = await missingReferences(inputs);
  if (missing.length > 0) {
    throw new Error(`Inputs name what does not exist: ${missing.join("; ")}`);
  }
}
