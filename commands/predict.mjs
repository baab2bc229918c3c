// @ts-check
import { Failure, npmRun, runCommand, say, stackOption } from "./lib/command.mjs";
import { classNames, heldOutPictures, readPicture, servesSample } from "./lib/pictures.mjs";
import { bestClass, predict, predictionLine } from "./lib/prediction.mjs";
import { withService } from "./lib/reach.mjs";
import { requireOutputs } from "./lib/stack.mjs";
import { requireToolchain } from "./lib/toolchain.mjs";
import { openWorkspace, root } from "./lib/workspace.mjs";

await runCommand({
  name: "predict",
  summary: "Asks the service for the classes of the ten held-out pictures.",
  options: stackOption,
  notes: ["Exit code 0: all ten are right; 1: not so, or the service does not answer."],
  run: async (values) => {
    const workspace = await openWorkspace(values.stack);
    const { setting, stack } = workspace;
    requireToolchain(root, workspace.env);
    if (!servesSample(setting)) {
      throw new Failure(
        `The stack ${stack} serves ${setting("modelName")} from ${setting("modelFolder")}, ` +
          "and the held-out pictures fit the sample model only.",
        `call it with inputs of its own: ${npmRun("status", stack)} shows its address, and ` +
          `${npmRun("pulumi -- stack output signature", stack)} the inputs that it takes.`,
      );
    }
    const { restUrl } = await requireOutputs(workspace);
    const pictures = heldOutPictures(root);
    const inputs = await Promise.all(pictures.map((picture) => readPicture(root, picture)));
    const signatureName = String(setting("signatureName"));
    /** @type {number[][]} */
    const probabilities = await withService(workspace, (reach) =>
      predict(reach(restUrl), signatureName, inputs, stack),
    );
    const answers = probabilities.map(bestClass);
    const names = classNames(root);
    answers.forEach(({ index, confidence }) => say(predictionLine(names[index], confidence)));

    const right = answers.filter(({ index }, at) => index === pictures[at].index).length;
    say(`\n${right} of ${pictures.length} right, all from ${restUrl}`);
    if (right < pictures.length) {
      throw new Failure(
        `${pictures.length - right} of the ${pictures.length} pictures came back with another class.`,
        `see with ${npmRun("status", stack)} which version of the model is served.`,
      );
    }
    say(
      `Next: open the notebook (${npmRun("up", stack)} shows its URL), or ${npmRun("status", stack)}`,
    );
  },
});
