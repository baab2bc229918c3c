// What a test put in place of something is gone before the next file is loaded: all files of a worker
// share its environment, and `unstubEnvs` only looks before a test.
import { afterEach, vi } from "vitest";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});
