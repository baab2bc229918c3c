/** Something that the user can put right: one sentence, and what to do about it. */
export class Failure extends Error {
  constructor(
    message: string,
    readonly advice: string,
    /** 1: it failed; 2: it was called in a wrong way; above 128: it was told to end. */
    readonly exitCode = 1,
  ) {
    super(message);
  }
}

/** Says on stderr what went wrong, and gives the exit code. */
export function report(error: unknown): number {
  if (error instanceof Failure) {
    console.error(`\nError: ${error.message}`);
    console.error(`What to do: ${error.advice}`);
    return error.exitCode;
  }
  console.error(error);
  return 1;
}
