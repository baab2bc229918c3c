// @ts-check
import { nameOf } from "./logs.mjs";

/**
 * What differs on Docker from what the last update left, as far as a look at the
 * containers tells: Pulumi itself compares with its records, and looks at Docker
 * only in a refresh, which takes seconds.
 *
 * @param {import("./containers.mjs").Container[]} containers
 * @param {{ replicas: number, notebook: boolean }} last - what the last update made
 * @returns {string[]} in words; empty where all is as it was left
 */
export function driftOf(containers, { replicas, notebook }) {
  const expected = [
    "balancer",
    ...Array.from({ length: replicas }, (_, index) => `replica ${index + 1}`),
    ...(notebook ? ["notebook"] : []),
  ];
  const found = new Map(containers.map((container) => [nameOf(container), container.state]));
  return expected.flatMap((name) => {
    const state = found.get(name);
    return state === "running" ? [] : [`${name} is ${state ?? "missing"}`];
  });
}
