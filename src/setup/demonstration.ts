import type { Clock } from '../base/clock.ts';
import { messageOf, Refused } from '../base/errors.ts';
import type { IdSource } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import type { DemonstrationDesk, DemonstrationScript, WhyNoDemonstration } from '../http/demonstration.ts';
import type { CallerScript, ScriptedCallers } from '../pbx/demonstration.ts';
import type { Speech } from '../speech/speech.ts';
import { demonstrationVoices, speakDemonstrationVoices } from './demonstration-voices.ts';
import { isLoopback, type Settings } from './settings.ts';

/** The hotline that ships, for whose menus the scripts are written. */
const DIALLED = '95533';
/** Callers at once, of all who ask together. */
const MOST = 20;
/** Callers of a rush do not dial in the same moment, ms. */
const RUSH_SPACING_MS = 700;

/** Who calls: customers of the demonstration, and people whom nobody knows. */
const NUMBERS: Readonly<Record<CallerScript, string>> = {
  vip: '13800138000',
  code: '13700137000',
  english: '02787654001',
  impatient: '02787654002',
  loss: '13700137000',
};

type Coming = readonly [script: CallerScript, callerNumber: string];

/** The ten of a rush; the first is the one who is soonest with an agent. */
const RUSH: readonly Coming[] = [
  ['vip', '13800138000'],
  ['code', '13900139000'],
  ['impatient', '02787654002'],
  ['english', '02787654001'],
  ['loss', '13700137000'],
  ['impatient', '02787654003'],
  ['code', '02787654004'],
  ['vip', '13800138000'],
  ['english', '02787654005'],
  ['impatient', '13700137000'],
];

export interface DemonstrationParts {
  readonly settings: Pick<Settings, 'bind' | 'guests' | 'data'>;
  readonly callers: ScriptedCallers;
  readonly speech: Speech;
  /** Whether this number is answered by a flow. */
  readonly isAnswered: (number: string) => boolean;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Log;
}

/** Whether the PBX may play callers itself: only where nobody but this machine can call, and guests may. */
export function canDemonstrate({ bind, guests }: Pick<Settings, 'bind' | 'guests'>): boolean {
  return guests && isLoopback(bind);
}

/** Callers by script, so that somebody who is new here sees calls without a telephone. */
export class Demonstration implements DemonstrationDesk {
  readonly dialled = DIALLED;
  readonly scripts = [
    ...(Object.entries(NUMBERS) as [CallerScript, string][]).map(([id, callerNumber]) => ({
      id,
      callerNumber,
      callers: 1,
    })),
    { id: 'rush', callerNumber: '', callers: RUSH.length },
  ] as const;
  readonly #parts: DemonstrationParts;
  /** Those who are dialling, and those who will, with what keeps them from it. */
  #coming = 0;
  readonly #cancels = new Set<() => void>();
  #voices: Promise<void> | undefined;

  constructor(parts: DemonstrationParts) {
    this.#parts = parts;
  }

  whyNot(): WhyNoDemonstration | '' {
    const { settings, isAnswered } = this.#parts;
    if (!isLoopback(settings.bind)) return 'open-to-others';
    if (!settings.guests) return 'no-guests';
    return isAnswered(DIALLED) ? '' : 'no-hotline';
  }

  running() {
    return this.#parts.callers.present();
  }

  async start(script: DemonstrationScript): Promise<void> {
    const whyNot = this.whyNot();
    if (whyNot !== '') throw new Refused('demonstration-off', REASONS[whyNot], { whyNot });
    const wanted: readonly Coming[] = script === 'rush' ? RUSH : [[script, NUMBERS[script]]];
    await this.#haveVoices();
    const present = await this.running();
    if (present.length + this.#coming + wanted.length > MOST)
      throw new Refused(
        'demonstration-full',
        `No more than ${MOST} scripted callers call at once: wait until some have hung up`,
        { most: MOST },
      );
    this.#coming += wanted.length;
    const [first, ...others] = wanted.map((coming) => () => this.#call(coming));
    for (const [index, call] of others.entries()) this.#later(call, (index + 1) * RUSH_SPACING_MS);
    await first?.();
  }

  async stop(): Promise<void> {
    const { callers } = this.#parts;
    for (const cancel of this.#cancels) cancel();
    this.#coming -= this.#cancels.size;
    this.#cancels.clear();
    await callers.hangUp(await callers.present());
  }

  async #call([script, callerNumber]: Coming): Promise<void> {
    const { callers, ids } = this.#parts;
    try {
      await callers.call({ id: ids.next('c'), script, callerNumber, dialled: DIALLED });
    } finally {
      this.#coming -= 1;
    }
  }

  #later(call: () => Promise<void>, ms: number): void {
    const { clock, log } = this.#parts;
    const cancel = clock.at(clock.now() + ms, () => {
      this.#cancels.delete(cancel);
      call().catch((error: unknown) =>
        log.warn({ error: messageOf(error) }, 'a scripted caller could not call'),
      );
    });
    this.#cancels.add(cancel);
  }

  /** Made when they are first needed, which takes a second. */
  #haveVoices(): Promise<void> {
    const { settings, speech, log } = this.#parts;
    this.#voices ??= speakDemonstrationVoices(demonstrationVoices(settings.data), speech).catch(
      (error: unknown) => {
        this.#voices = undefined;
        log.warn({ error: messageOf(error) }, 'scripted callers will be silent');
      },
    );
    return this.#voices;
  }
}

const REASONS: Readonly<Record<WhyNoDemonstration, string>> = {
  'open-to-others':
    'This centre listens to others than this machine (CARILLON_BIND): scripted callers are for a demonstration only',
  'no-guests': 'Unknown callers may not dial in here (CARILLON_GUESTS=off), and scripted callers are unknown',
  'no-hotline': `No flow answers ${DIALLED}, which scripted callers dial`,
};
