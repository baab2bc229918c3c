import { Failure } from "../output/failure";

export async function doctor(): Promise<void> {
  throw new Failure("npm run doctor is not there yet.", "use the one of commands/.");
}
