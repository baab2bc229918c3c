import { Failure } from "../output/failure";

export async function preview(): Promise<void> {
  throw new Failure("npm run preview is not there yet.", "use the one of commands/.");
}
