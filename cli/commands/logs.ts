import { note, npmRun, say } from "../output/console";
import { Failure } from "../output/failure";
import { targetOf } from "../targets";
import type { StackContext } from "../targets/target";

/** Shows what the parts of a stack say, in the order in which they said it. */
export async function logs(
  context: StackContext,
  options: { tail?: unknown; timestamps?: unknown; follow?: unknown; raw?: unknown },
  [which]: string[],
): Promise<void> {
  const { tail = "100", timestamps, follow, raw } = options;
  if (!/^(\d+|all)$/.test(String(tail))) {
    throw new Failure(
      `--tail is "${tail}", not a number or all.`,
      "npm run logs -- --help lists what there is.",
      2,
    );
  }
  const target = targetOf(context);
  await target.connect();
  const request = { which, tail: String(tail), timestamps: Boolean(timestamps) };
  await target.logs({ ...request, follow: Boolean(follow), raw: Boolean(raw) }, say);
  if (!follow && process.stdout.isTTY) {
    const more = npmRun("logs -- --follow", context.stack);
    note("", `\nNext: ${more}   goes on showing; --help: one part only`);
  }
}
