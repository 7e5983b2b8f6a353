import { expect } from 'vitest';
import type { Pbx, PbxEvent } from '../../src/pbx/pbx.ts';
import type { CallFrom, Party, World } from './world.ts';

type EventOf<Type extends PbxEvent['type']> = Extract<PbxEvent, { type: Type }>;

/** What one test sees of a world: the events since it began, and words for what happens often. */
export class Session {
  readonly world: World;
  readonly #begin: number;
  readonly #prefix: string;
  #made = 0;

  constructor(world: World, prefix: string) {
    this.world = world;
    this.#begin = world.events.length;
    this.#prefix = prefix;
  }

  get pbx(): Pbx {
    return this.world.pbx;
  }

  get events(): readonly PbxEvent[] {
    return this.world.events.slice(this.#begin);
  }

  /** A new id for a leg, bridge, playback or recording. */
  id(kind: string): string {
    this.#made += 1;
    return `${this.#prefix}-${kind}${this.#made}`;
  }

  /** The events of a type so far, those that match. */
  seen<Type extends PbxEvent['type']>(type: Type, match: Partial<EventOf<Type>> = {}): EventOf<Type>[] {
    return this.events.filter(
      (event): event is EventOf<Type> => event.type === type && matches(event, match),
    );
  }

  /** Waits for an event (one from before counts); fails with what was seen instead. */
  async event<Type extends PbxEvent['type']>(
    type: Type,
    match: Partial<EventOf<Type>> = {},
    ms = 3_000,
  ): Promise<EventOf<Type>> {
    await this.world.until(() => this.seen(type, match).length > 0, ms);
    const found = this.seen(type, match)[0];
    if (!found) {
      const told = this.events.map((event) => JSON.stringify(event)).join('\n');
      throw new Error(`no ${type} ${JSON.stringify(match)} in ${ms} ms; told was:\n${told}`);
    }
    return found;
  }

  /** Someone calls and is not answered yet. */
  async arrives(from: Partial<CallFrom> = {}): Promise<{ party: Party; channel: string }> {
    const before = this.seen('ChannelArrived').length;
    const party = await this.world.call({ ani: '13912345678', name: 'Caller', dnis: '95533', ...from });
    await this.world.until(() => this.seen('ChannelArrived').length > before, 3_000);
    const arrived = this.seen('ChannelArrived')[before];
    if (!arrived) throw new Error('the call did not arrive');
    return { party, channel: arrived.channel };
  }

  /** Someone calls and is answered. */
  async talks(from: Partial<CallFrom> = {}): Promise<{ party: Party; channel: string }> {
    const call = await this.arrives(from);
    await this.pbx.answer(call.channel);
    // The far end needs the answer before it can press keys.
    await this.world.elapse(60);
    return call;
  }

  /** Dials an own phone that answers, and waits until it has. */
  async phoneAnswers(extension: string): Promise<{ leg: string; phone: Party }> {
    const phone = await this.world.phone(extension, { answerAfterMs: 20 });
    const leg = this.id('leg');
    await this.pbx.originate({
      leg,
      to: { kind: 'phone', extension },
      callerNumber: '13912345678',
      callerName: 'Caller',
      ringTimeoutMs: 10_000,
    });
    await this.event('LegAnswered', { channel: leg });
    await this.world.elapse(60);
    return { leg, phone };
  }

  /** Waits until the PBX holds nothing of ours; fails with what is left. */
  async expectNothingLeft(): Promise<void> {
    let left = await this.pbx.snapshot();
    for (
      let tries = 0;
      tries < 40 && left.channels.length + left.bridges.length + left.overhearings.length > 0;
      tries += 1
    ) {
      await this.world.elapse(50);
      left = await this.pbx.snapshot();
    }
    expect(left).toEqual({ channels: [], bridges: [], overhearings: [] });
    // The end of each channel is told, whoever ended it.
    const open = () => this.#living();
    await this.world.until(() => open().length === 0, 1_000);
    expect(open()).toEqual([]);
  }

  /** Channels that came or were dialled successfully, and whose end was not told. */
  #living(): string[] {
    const ended = new Set(this.seen('ChannelEnded').map((event) => event.channel));
    const known = [...this.seen('ChannelArrived'), ...this.seen('LegRinging'), ...this.seen('LegAnswered')];
    return known.map((event) => event.channel).filter((channel) => !ended.has(channel));
  }

  /** What holds for the events of any test: each end is told once, and nothing of a channel after its end. */
  expectSound(): void {
    const ended = new Set<string>();
    const once = new Set<string>();
    for (const event of this.events) {
      const channel = 'channel' in event ? event.channel : undefined;
      if (channel !== undefined && ended.has(channel)) {
        throw new Error(`told of ${channel} after its end: ${JSON.stringify(event)}`);
      }
      if (event.type === 'ChannelEnded') ended.add(event.channel);
      const key = onceKey(event);
      if (key === undefined) continue;
      if (once.has(key)) throw new Error(`told twice: ${JSON.stringify(event)}`);
      once.add(key);
    }
  }
}

function onceKey(event: PbxEvent): string | undefined {
  switch (event.type) {
    case 'ChannelArrived':
    case 'LegRinging':
    case 'LegAnswered':
      return `${event.type} ${event.channel}`;
    case 'PlaybackEnded':
      return `${event.type} ${event.playback}`;
    case 'RecordingEnded':
      return `${event.type} ${event.recording}`;
    default:
      return undefined;
  }
}

function matches(event: object, match: object): boolean {
  return Object.entries(match).every(([key, value]) => (event as Record<string, unknown>)[key] === value);
}
