import { afterAll } from "vitest";
import { sharedCluster } from "./cluster";

// A node has room for one test's pods: what a test file made is gone before the next one begins.
afterAll(() => {
  const { kubectl } = sharedCluster();
  const made = kubectl("get", "namespaces", "--output=name")
    .split("\n")
    .filter((name) => name && !/^namespace\/(default|kube-.*)$/.test(name));
  if (made.length > 0) {
    kubectl("delete", ...made, "--timeout=120s");
  }
}, 180_000);
