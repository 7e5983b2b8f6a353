/** True for a score per skill, as agents have and queues need: for what comes from where nobody checked it. */
export function areScores(value: unknown): value is Readonly<Record<string, number>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((score) => Number.isFinite(score))
  );
}
