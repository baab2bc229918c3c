import { Failure } from "../output/failure";

export async function down(): Promise<void> {
  throw new Failure("npm run down is not there yet.", "use the one of commands/.");
}
