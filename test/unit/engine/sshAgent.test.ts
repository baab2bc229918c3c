import { expect, it, vi } from "vitest";

import { inspectEngine } from "@tf-model-serving/core";
import { startFakeEngine } from "../../support/fakeEngine";
import { temporaryFolder } from "../../support/modelFolder";
import { fakeSsh, refused, wayTo } from "./fakeSsh";

it("reaches the engine of another machine as the docker CLI does, by ssh", async () => {
  const said = fakeSsh(wayTo(await startFakeEngine()));
  const engine = await inspectEngine("ssh://ada@gpu.example.com:2222", [8501]);
  expect(engine).toMatchObject({ host: "ssh://ada@gpu.example.com:2222", apiVersion: "1.41" });
  expect([...new Set(said())]).toEqual([
    "-l ada -p 2222 -o BatchMode=yes -o ConnectTimeout=10 -- gpu.example.com docker system dial-stdio",
  ]);
});

it("says why ssh could not connect", async () => {
  fakeSsh(refused);
  await expect(inspectEngine("ssh://ada@gpu")).rejects.toThrow(
    "The Docker Engine at ssh://ada@gpu does not answer (ada@gpu: Permission denied (publickey).): " +
      "start it, or set the config value `host` to the address of one that runs.",
  );
});

it("says so when there is no ssh", async () => {
  vi.stubEnv("PATH", temporaryFolder());
  await expect(inspectEngine("ssh://ada@gpu")).rejects.toThrow(
    "The Docker Engine at ssh://ada@gpu does not answer (spawn ssh ENOENT)",
  );
});
