import type { EngineEvent, StepEventMetadata } from "@pulumi/pulumi/automation";
import type { PricedResource } from "../../policy/monthlyCost";
import { resourceName } from "../automation/describeEvent";
import type { Outputs } from "../targets/target";

/** What an update does to a resource. */
export type Operation = "create" | "update" | "replace" | "delete";

/** A resource that an update touches. */
export interface PlannedChange {
  readonly operation: Operation;
  readonly type: string;
  /** `Container serving-replica-1`. */
  readonly name: string;
  /** Arguments that change, as far as Pulumi tells. */
  readonly because: readonly string[];
  // Each type has its own.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly inputs: any;
}

/** What a preview found. */
export interface Planned {
  readonly changes: readonly PlannedChange[];
  /** What policies say of resources, those that only advise too. */
  readonly policies: readonly string[];
  /** All resources of the stack, as they are on record and as they will be. */
  readonly before: readonly PricedResource[];
  readonly after: readonly PricedResource[];
  /** The stack's outputs; none of a stack in which nothing was up, or whose preview broke off. */
  readonly was?: Partial<Outputs>;
  readonly willBe?: Partial<Outputs>;
}

/** Stands in a preview for a value that only the update itself will know. */
export const notKnownYet = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const operations: readonly string[] = ["create", "update", "replace", "delete"];

/** What a preview found, from the engine's events. */
export function plannedBy(events: readonly EngineEvent[]): Planned {
  // A refresh tells of each resource before the plan does; a replacement is told by its steps too.
  const steps = events
    .flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? [])
    .filter(({ op, type }) => [...operations, "same"].includes(op) && !isProvider(type));
  const stack = events
    .flatMap(({ resOutputsEvent }) => resOutputsEvent?.metadata ?? [])
    .filter(({ op, type }) => op !== "refresh" && type === "pulumi:pulumi:Stack")
    .at(-1);
  return {
    changes: steps
      .filter(({ op, type }) => op !== "same" && type !== "pulumi:pulumi:Stack")
      .map(changeOf),
    policies: events.flatMap(({ policyEvent }) =>
      policyEvent ? [`${policyEvent.policyName}: ${policyText(policyEvent.message)}`] : [],
    ),
    before: steps.flatMap((step) => pricedOf(step, step.old)),
    after: steps.flatMap((step) => (step.op === "delete" ? [] : pricedOf(step, step.new))),
    was: outputsOf(stack?.old),
    willBe: outputsOf(stack?.new),
  };
}

/** Without Pulumi's marks for colours, and on one line. */
function policyText(message: string): string {
  return message
    .replace(/<\{%[^%]*%\}>/g, "")
    .trim()
    .replace(/\s*\n\s*/g, " ");
}

function isProvider(type: string): boolean {
  return type.startsWith("pulumi:providers:");
}

function changeOf(step: StepEventMetadata): PlannedChange {
  const { op, type, urn, keys = [], diffs = [] } = step;
  return {
    operation: op as Operation,
    type,
    name: resourceName(type, urn),
    because: keys.length > 0 ? keys : diffs,
    inputs: (step.new ?? step.old)?.inputs ?? {},
  };
}

function pricedOf({ type, urn }: StepEventMetadata, state: StepEventMetadata["new"]) {
  return state ? [{ type, name: urn.split("::").at(-1) ?? "", props: state.inputs ?? {} }] : [];
}

function outputsOf(state: StepEventMetadata["new"]): Partial<Outputs> | undefined {
  const outputs = state?.outputs as Partial<Outputs> | undefined;
  return outputs?.image === undefined ? undefined : outputs;
}
