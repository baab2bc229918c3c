import { npmRun } from "../output/console";
import { Failure } from "../output/failure";
import type { Entrance, Fact, Outputs, StackContext } from "./target";

/**
 * The outputs of a stack that serves.
 *
 * @throws Failure where it does not
 */
export async function requireOutputs({ stack, backend, outputs }: StackContext): Promise<Outputs> {
  const found = await outputs();
  if (!found?.restUrl) {
    throw new Failure(
      found
        ? `The stack ${stack} is there, but nothing runs in it.`
        : `There is no stack ${stack} in ${backend.url}.`,
      `${npmRun("up", stack)}.`,
    );
  }
  return found;
}

/**
 * The URL of an entrance, as the stack's outputs have it.
 *
 * @throws Failure where the stack has none
 */
export async function entranceUrl(context: StackContext, entrance: Entrance): Promise<URL> {
  const { restUrl, notebookUrl } = await requireOutputs(context);
  const url = entrance === "rest" ? restUrl : notebookUrl;
  if (!url) {
    throw new Failure(
      `The stack ${context.stack} has no notebook.`,
      `${npmRun("pulumi -- config set notebook true", context.stack)}, then ${npmRun("up", context.stack)}.`,
    );
  }
  return new URL(url);
}

/**
 * Where the service answers.
 *
 * @param where - on which network, behind the addresses
 * @param noGrpc - what stands in place of an address for gRPC
 */
export function serviceAddresses(
  { restUrl, grpcAddress }: Outputs,
  where = "",
  noGrpc = "on the network of the stack only (grpcPort is 0)",
): Fact[] {
  return [
    { subject: "REST", text: `${restUrl}${where}` },
    { subject: "gRPC", text: grpcAddress ? `${grpcAddress}${where}` : noGrpc },
  ];
}

/**
 * Where the notebook is. The URL holds its token, which is for the user's eyes and for no log.
 *
 * @param url - undefined for none
 * @param show - whether only the user sees this
 */
export function notebookText(url: string | undefined, stack: string, show: boolean): string {
  if (!url) {
    return "none (notebook is false)";
  }
  const showUrl = npmRun("--silent pulumi -- stack output notebookUrl --show-secrets", stack);
  return show ? url : `${url.replace(/\?.*$/, "")}   its token: ${showUrl}`;
}

/** The digest in an image's name, where a registry gave it one. */
export function digestIn(image: string): string | undefined {
  return image.split("@")[1];
}
