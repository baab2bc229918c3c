import { Failure } from "../output/failure";

export async function logs(): Promise<void> {
  throw new Failure("npm run logs is not there yet.", "use the one of commands/.");
}
