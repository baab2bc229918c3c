import { Failure } from "../output/failure";

export async function up(): Promise<void> {
  throw new Failure("npm run up is not there yet.", "use the one of commands/.");
}
