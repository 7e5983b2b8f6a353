/** An event that waited longer than this on its way is old, ms: what it tells of may be long over. */
const OLD_MS = 5_000;

/**
 * Tells events that waited on their way from fresh ones. The clocks of both ends need not agree: the quickest event of the
 * connection so far shows how far apart they are.
 */
export class Freshness {
  #quickest = Number.POSITIVE_INFINITY;

  /**
   * @param sentAt by the sender's clock, ms
   * @param now by a clock of ours that only grows, ms
   */
  isOld(sentAt: number, now: number): boolean {
    const way = now - sentAt;
    this.#quickest = Math.min(this.#quickest, way);
    return way - this.#quickest > OLD_MS;
  }
}
