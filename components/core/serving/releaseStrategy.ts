/** How a release replaces the replicas of the one before. */
export enum ReleaseStrategy {
  /** New replicas are ready before old ones stop: needs room for both at a time. */
  Surge = "surge",
  /**
   * Old replicas stop and new ones start in their place, for GPUs that are exclusive or memory that
   * is scarce: fewer serve meanwhile. With one replica the service is away until the new one is
   * ready.
   */
  InPlace = "inPlace",
  /** @deprecated The old word for `Surge`. */
  BlueGreen = "blueGreen",
  /** @deprecated The old word for `InPlace`. */
  Rolling = "rolling",
}

const oldWords: Record<string, ReleaseStrategy> = {
  blueGreen: ReleaseStrategy.Surge,
  rolling: ReleaseStrategy.InPlace,
};

/** The strategies that there are, without their old words. */
export const releaseStrategies = [ReleaseStrategy.Surge, ReleaseStrategy.InPlace];

/** A strategy by its word of today. What is no strategy at all stays, for a check to refuse. */
export function strategyOf(given: ReleaseStrategy): ReleaseStrategy {
  return oldWords[given] ?? given;
}

/** What to say to those who use an old word. */
export function oldStrategyNote(given: ReleaseStrategy | undefined): string[] {
  const now = given && oldWords[given];
  return now ? [`strategy is "${given}", an old word: use "${now}".`] : [];
}
