// A step of a workflow: npx tsx .ci/job.ts NAME [STACK] [PURPOSE]
import * as jobs from "./jobs";

const [name, ...args] = process.argv.slice(2);
const job = (jobs as Record<string, (...given: never[]) => unknown>)[name];
if (!job) {
  console.error(`There is no job ${name}, only: ${Object.keys(jobs).join(", ")}.`);
  process.exit(2);
}
void Promise.resolve(job(...([process.env, ...args] as never[]))).then(
  (code) => (process.exitCode = typeof code === "number" ? code : 0),
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
