import path from "node:path";
import { scoresIn } from "@tf-model-serving/core/facts";
import type { Outputs, StackContext, Target } from "../targets/target";
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
  { restUrl, signature }: Outputs,
): Promise<string> {
  const { root, setting, stack } = context;
  const reach = await target.reach("rest");
  try {
    const url = reach.url(restUrl);
    if (!servesSample(setting)) {
      const [newest] = await modelStatus(url, stack);
      return `version ${newest.version} is ${newest.state}`;
    }
    const name = String(setting("signatureName"));
    const [picture] = heldOutPictures(root);
    const { body } = await pictureRequest(
      [picture.file],
      signature ?? (await signatureOf(url, name, stack)),
    );
    const [answer] = (await predict(url, { signature_name: name, ...body }, stack)) as unknown[];
    const names = classNames(path.resolve(root, String(setting("modelFolder"))));
    const [best] = topClasses(scoresIn(answer) ?? [], 1, names);
    return best
      ? `${predictionLine(best)} (a picture of ${picture.name})`
      : "its answer has no classes";
  } finally {
    reach.close();
  }
}
