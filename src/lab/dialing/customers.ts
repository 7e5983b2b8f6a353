import type { DialResult } from '../../dialer/pacing.ts';
import { chanceAt, type Lognormal, quantileMs, shareUpTo } from './chance.ts';
import { liveFactor } from './scenario.ts';
import type { DialingSetup } from './setup.ts';

const SEGMENT = 1;
const RESULT = 2;
const AFTER = 3;
const TALK = 4;
const WRAP_UP = 5;

/** The people on a campaign's list, in the order in which everybody dials them: the same under every policy. */
export class Customers {
  readonly #setup: DialingSetup;
  readonly #seed: number;
  readonly #liveAfterMs: readonly ((share: number) => number)[];
  readonly #talkMs: (share: number) => number;
  readonly #wrapUpMs: (share: number) => number;

  constructor(setup: DialingSetup, seed: number) {
    this.#setup = setup;
    this.#seed = seed;
    this.#liveAfterMs = setup.answers.segments.map(({ liveAfter }) =>
      liveAfterMs(liveAfter ?? setup.answers.liveAfter, setup.answers.ringMs),
    );
    this.#talkMs = quantileMs(setup.talk);
    this.#wrapUpMs = quantileMs(setup.wrapUp);
  }

  /** Which segment a lead belongs to. @param lead its place on the list */
  segmentOf(lead: number): number {
    const { segments } = this.#setup.answers;
    let left = chanceAt(this.#seed, lead, SEGMENT);
    for (let index = 0; index < segments.length - 1; index += 1) {
      left -= segments[index]!.share;
      if (left < 0) return index;
    }
    return segments.length - 1;
  }

  /** What comes of dialling a lead. @param atMs since the beginning of the day */
  resultOf(lead: number, atMs: number): DialResult {
    const { answers, scenario, lastsMs } = this.#setup;
    const live = Math.min(
      1,
      answers.segments[this.segmentOf(lead)]!.live * liveFactor(scenario, atMs, lastsMs),
    );
    const drawn = chanceAt(this.#seed, lead, RESULT);
    if (drawn < live) return 'live';
    const machine = Math.min(answers.machine, 1 - live);
    if (drawn < live + machine) return 'machine';
    const { noAnswer, busy, failed } = answers.others;
    const other = ((drawn - live - machine) / (1 - live - machine)) * (noAnswer + busy + failed);
    if (other < noAnswer) return 'no-answer';
    return other < noAnswer + busy ? 'busy' : 'failed';
  }

  /** How long after the dial its result is there, ms. */
  resultAfterMs(lead: number, result: DialResult): number {
    const { answers } = this.#setup;
    const drawn = chanceAt(this.#seed, lead, AFTER);
    switch (result) {
      case 'live':
        return this.#liveAfterMs[this.segmentOf(lead)]!(drawn);
      case 'machine':
        return answers.machineAfterMs + answers.detectMs;
      case 'busy':
        return between(answers.busyAfterMs, drawn);
      case 'failed':
        return between(answers.failedAfterMs, drawn);
      case 'no-answer':
      case 'cancelled':
        return answers.ringMs;
    }
  }

  talkMs(lead: number): number {
    return this.#talkMs(chanceAt(this.#seed, lead, TALK));
  }

  wrapUpMs(lead: number): number {
    return this.#wrapUpMs(chanceAt(this.#seed, lead, WRAP_UP));
  }
}

/** By a share in (0,1). Who would answer later than it may ring is not one who answers. */
function liveAfterMs(law: Lognormal, ringMs: number): (share: number) => number {
  const inTime = shareUpTo(law, ringMs);
  const unlimited = quantileMs(law);
  return (share) => Math.min(ringMs, unlimited(share * inTime));
}

function between([from, to]: readonly [number, number], share: number): number {
  return Math.round(from + (to - from) * share);
}
