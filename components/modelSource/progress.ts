/** How far a download is. */
export interface Progress {
  /** Counts bytes that are there; a negative number takes back. */
  add(bytes: number): void;
}
