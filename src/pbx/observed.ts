import { Counter, Gauge, Histogram, type Metric } from '../base/metrics.ts';
import { type Pbx, PbxError, type PbxEvent } from './pbx.ts';

/** A command waits for nobody for longer than its deadline of 3 s; most take a millisecond. */
const COMMAND_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 3];

type Command = Exclude<keyof Pbx, 'start' | 'stop'>;

/** Counts what is asked of a PBX and what it says of itself. */
export class PbxMetrics {
  readonly #now: () => number;
  #up = 0;
  readonly #troubles = new Set<string>();
  readonly #links = new Counter({
    name: 'carillon_pbx_links_total',
    help: 'How often the link to the PBX came up.',
  });
  readonly #restarts = new Counter({
    name: 'carillon_pbx_restarts_total',
    help: 'Restarts of the PBX that this daemon saw.',
  });
  readonly #commands = new Histogram(
    {
      name: 'carillon_pbx_command_seconds',
      help: 'From a command to the PBX until it was answered, refused or given up.',
      labels: ['command'],
    },
    COMMAND_S,
  );
  readonly #failures = new Counter({
    name: 'carillon_pbx_commands_failed_total',
    help: 'Commands that the PBX did not carry out.',
    labels: ['command', 'code'],
  });
  readonly #link = new Gauge(
    { name: 'carillon_pbx_link_up', help: '1 while the link to the PBX is up.' },
    () => [[[], this.#up]],
  );
  readonly #trouble = new Gauge(
    {
      name: 'carillon_pbx_trouble',
      help: '1 while something of the PBX does not work: draining, phones-unknown.',
      labels: ['trouble'],
    },
    () => ['draining', 'phones-unknown'].map((name) => [[name], this.#troubles.has(name) ? 1 : 0] as const),
  );

  /** @param now time that only grows, ms */
  constructor(now: () => number) {
    this.#now = now;
  }

  get metrics(): readonly Metric[] {
    return [this.#link, this.#links, this.#restarts, this.#trouble, this.#commands, this.#failures];
  }

  /** The same PBX, observed. */
  observe(pbx: Pbx): Pbx {
    const timed =
      <Args extends unknown[], Result>(name: Command, command: (...args: Args) => Promise<Result>) =>
      async (...args: Args): Promise<Result> => {
        const startedAt = this.#now();
        try {
          return await command.apply(pbx, args);
        } catch (thrown) {
          this.#failures.add(1, name, thrown instanceof PbxError ? thrown.code : 'failed');
          throw thrown;
        } finally {
          this.#commands.observe((this.#now() - startedAt) / 1000, name);
        }
      };
    return {
      start: (listener) =>
        pbx.start((event) => {
          this.#hear(event);
          listener(event);
        }),
      stop: () => pbx.stop(),
      snapshot: timed('snapshot', pbx.snapshot),
      phones: timed('phones', pbx.phones),
      answer: timed('answer', pbx.answer),
      ring: timed('ring', pbx.ring),
      hangup: timed('hangup', pbx.hangup),
      play: timed('play', pbx.play),
      stopPlayback: timed('stopPlayback', pbx.stopPlayback),
      startMusic: timed('startMusic', pbx.startMusic),
      stopMusic: timed('stopMusic', pbx.stopMusic),
      record: timed('record', pbx.record),
      stopRecording: timed('stopRecording', pbx.stopRecording),
      sendDigits: timed('sendDigits', pbx.sendDigits),
      originate: timed('originate', pbx.originate),
      connect: timed('connect', pbx.connect),
      disconnect: timed('disconnect', pbx.disconnect),
      detectMachine: timed('detectMachine', pbx.detectMachine),
      overhear: timed('overhear', pbx.overhear),
      stopOverhearing: timed('stopOverhearing', pbx.stopOverhearing),
    };
  }

  #hear(event: PbxEvent): void {
    switch (event.type) {
      case 'LinkUp':
        this.#up = 1;
        this.#links.add(1);
        if (event.restarted) this.#restarts.add(1);
        return;
      case 'LinkDown':
        this.#up = 0;
        return;
      case 'PbxTrouble':
        if (event.sentence === '') this.#troubles.delete(event.trouble);
        else this.#troubles.add(event.trouble);
    }
  }
}
