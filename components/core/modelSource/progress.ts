import * as pulumi from "@pulumi/pulumi";

/** How far a download is. */
export interface Progress {
  /** Counts bytes that are there; a negative number takes back. */
  add(bytes: number): void;
}

const everyMs = 2000;

/**
 * Says every two seconds on the screen, and in no log, how far a download is.
 *
 * @param what - is fetched
 * @param total - bytes. @default - not known
 */
export function showProgress(what: string, total?: number): Progress {
  let done = 0;
  let said = Date.now();
  return {
    add(bytes) {
      done += bytes;
      if (Date.now() - said > everyMs) {
        said = Date.now();
        const all = total === undefined ? "" : ` of ${megabytes(total)}`;
        void pulumi.log.info(
          `Fetching ${what}: ${megabytes(done)}${all} MB`,
          undefined,
          undefined,
          true,
        );
      }
    },
  };
}

/** With a digit behind the point where there are few. */
function megabytes(bytes: number): string {
  const value = bytes / 1e6;
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}
