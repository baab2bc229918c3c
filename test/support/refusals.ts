import type { InputPropertyErrorDetails } from "@pulumi/pulumi";

type Problem = string | InputPropertyErrorDetails;

/**
 * What is said of each of these, as a text for `toMatchFileSnapshot`: what is wrong, and below it the
 * whole of each message. What is not refused is an error, so that no snapshot can say it is.
 *
 * @param problemsOf - the problems of one of them; a text that differs by machine has to be replaced
 */
export async function refusals<Given>(
  cases: Record<string, Given>,
  problemsOf: (given: Given) => Problem[] | Promise<Problem[]>,
): Promise<string> {
  const texts: string[] = [];
  for (const [what, given] of Object.entries(cases)) {
    const problems = await problemsOf(given);
    if (problems.length === 0) {
      throw new Error(`nothing is said of: ${what}`);
    }
    texts.push([what, ...problems.map((problem) => `  ${lineOf(problem)}`), ""].join("\n"));
  }
  return texts.join("\n");
}

function lineOf(problem: Problem): string {
  return typeof problem === "string" ? problem : `${problem.propertyPath} ${problem.reason}`;
}
