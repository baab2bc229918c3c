import { Failure } from "../output/failure";

export async function status(): Promise<void> {
  throw new Failure("npm run status is not there yet.", "use the one of commands/.");
}
