import { Failure } from "../output/failure";

export async function rollback(): Promise<void> {
  throw new Failure("npm run rollback is not there yet.", "use the one of commands/.");
}
