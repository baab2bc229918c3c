import path from "node:path";
import { scoresIn } from "@tf-model-serving/core/facts";
import type { Outputs, StackContext, Target } from "../targets/target";
import { callerOf, NotForUs } from "./caller";
import { classNames, predictionLine, topClasses } from "./classes";
import { heldOutPictures, servesSample } from "./pictures";
import { pictureRequest } from "./requests";
import { modelStatus, predict, signatureOf } from "./service";

/**
 * One real answer of the service, in a line: a prediction where the sample model is served, else the
 * state of the model.
 *
 * @throws Failure where the service does not answer
 */
export async function askOnce(
  context: StackContext,
  target: Target,
  outputs: Outputs,
): Promise<string> {
  const { root, setting, stack } = context;
  const { restUrl, signature } = outputs;
  const caller = callerOf(outputs);
  const reach = await target.reach("rest");
  try {
    const url = reach.url(restUrl);
    if (!servesSample(setting)) {
      const [newest] = await modelStatus(url, stack, caller);
      return `version ${newest.version} is ${newest.state}`;
    }
    const name = String(setting("signatureName"));
    const [picture] = heldOutPictures(root);
    const { body } = await pictureRequest(
      [picture.file],
      signature ?? (await signatureOf(url, name, stack, caller)),
    );
    const request = { signature_name: name, ...body };
    const [answer] = (await predict(url, request, stack, caller)) as unknown[];
    const names = classNames(path.resolve(root, String(setting("modelFolder"))));
    const [best] = topClasses(scoresIn(answer) ?? [], 1, names);
    return best
      ? `${predictionLine(best)} (a picture of ${picture.name})`
      : "its answer has no classes";
  } catch (error) {
    if (error instanceof NotForUs) {
      return `not for this machine's commands: ${error.message}`;
    }
    throw error;
  } finally {
    reach.close();
  }
}
