import { Failure } from "../output/failure";

export async function predict(): Promise<void> {
  throw new Failure("npm run predict is not there yet.", "use the one of commands/.");
}
