import type { TestProject } from "vitest/node";
import { startCluster } from "./cluster";

/** Starts the cluster that all tests of a run share, and ends it after them. */
export default async function shareCluster(project: TestProject): Promise<() => Promise<void>> {
  const { place, applyCrds, stop } = await startCluster({ metrics: true });
  applyCrds();
  project.provide("cluster", place);
  return stop;
}
