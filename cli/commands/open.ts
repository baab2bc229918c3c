import { Failure } from "../output/failure";

export async function open(): Promise<void> {
  throw new Failure("npm run open is not there yet.", "use the one of commands/.");
}
