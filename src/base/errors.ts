/**
 * An expected "no": a rule was broken or a thing is not there. `id` is stable and goes to API clients;
 * `message` is for people and says what to do.
 */
export class Refused extends Error {
  readonly id: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(id: string, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = 'Refused';
    this.id = id;
    this.details = details;
  }
}

/** Our own bug: something that cannot be, is. Fails the call in hand, not the daemon. */
class Broken extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Broken';
  }
}

/** Throws `Broken` unless `condition` holds. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Broken(message);
}

/** For the default branch of a switch over a union: does not compile while a case is missing. */
export function unreachable(value: never): never {
  throw new Broken(`unreachable: ${JSON.stringify(value)}`);
}

/** The text of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
