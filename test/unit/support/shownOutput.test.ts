import { describe, expect, it } from "vitest";
import { shownOutput, unsaidLines } from "../../support/shownOutput";

const said = `stack      tfserving/test-commands in file:///somewhere/.pulumi
served by  2 replicas of tf_serving:21ed5e75d15c, built on tfserving-airgap/serving:2.19.1, a stand-in for TensorFlow Serving
replica   1       1795673959  running  healthy  About a minute  127.0.0.1:15000/tf_serving:21ed5e75d15c
Next:  npm run predict -- -s test-commands  asks it`;

describe("lines that a page shows and a command has not said", () => {
  it("are none where numbers, ids, places and the stack differ", () => {
    const shown = `stack  tfserving/dev in file:///home/you/tfserving/.pulumi
served by  4 replicas of tf_serving:0123456789ab
...
replica   2       1795673959  running  healthy  2 minutes  tf_serving:0123456789ab
Next:  npm run predict  asks it`;
    expect(unsaidLines(shown, said, "test-commands")).toEqual([]);
  });

  it("are those with another word, and those in another order", () => {
    const shown =
      "Next:  npm run predict  asks it\nserved by  4 replicas of tf_serving:0123456789ab";
    expect(unsaidLines(shown, said, "test-commands")).toEqual([shown.split("\n")[1]]);
    expect(unsaidLines("stack  tfserving/prod in file://x", said, "test-commands")).toHaveLength(1);
  });

  it("are looked for below the command that the page has", () => {
    expect(shownOutput("docs/quickstart.md", "npm run predict")).toMatch(/^predicted class= Act/);
    expect(() => shownOutput("docs/quickstart.md", "npm run fly")).toThrow("does not show");
  });
});
