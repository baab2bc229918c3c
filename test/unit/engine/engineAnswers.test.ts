import { expect, it } from "vitest";

import { engineAnswers } from "../../../components/core/engine/sshDockerHost/engineAnswers";
import { startFakeEngine } from "../../support/fakeEngine";
import { fakeSsh, refused, wayTo } from "./fakeSsh";

it("tries until the engine answers, with the options of ssh", async () => {
  const said = fakeSsh(`
    if (require("fs").readFileSync(said, "utf8").split("\\n").length < 3) process.exit(255);
    ${wayTo(await startFakeEngine())}
  `);
  await engineAnswers("ssh://ubuntu@gpu", ["-o", "IdentitiesOnly=yes"], 20, "");
  expect(said()).toHaveLength(2);
  expect(said().every((call) => call.startsWith("-o IdentitiesOnly=yes "))).toBe(true);
});

it("gives up in time, with the last reason and what to do", async () => {
  fakeSsh(refused);
  const begin = Date.now();
  await expect(engineAnswers("ssh://ada@gpu", [], 1, "Switch it on.")).rejects.toThrow(
    "The Docker Engine at ssh://ada@gpu does not answer after 1 s " +
      "(ada@gpu: Permission denied (publickey).). Switch it on.",
  );
  expect(Date.now() - begin).toBeLessThan(8_000);
});
