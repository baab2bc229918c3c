/** Reduced precision for the whole server. */
export enum MixedPrecision {
  /** oneDNN's automatic bfloat16, for CPUs that have it in hardware. */
  Bfloat16 = "bfloat16",
}
