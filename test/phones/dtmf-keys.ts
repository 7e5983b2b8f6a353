/** An RTP packet without what the stream adds: its number, and when the stream began. */
export interface RtpPacket {
  readonly payloadType: number;
  readonly marker: boolean;
  /** What it is about begins here, in samples from the first key. */
  readonly at: number;
  readonly payload: Uint8Array;
  /** How often the network delivers it: 0 loses it, 2 doubles it. */
  readonly arrives: number;
}

/** What leaves at the same time; there is one every 20 ms. */
export type Tick = readonly RtpPacket[];

/** G.711, ITU-T. */
export type Law = 'mu' | 'a';

/** How long a key is pressed and released; multiples of 20 ms. */
export interface Rhythm {
  readonly keyMs: number;
  readonly gapMs: number;
}

/** What becomes of the packets of each RFC 4733 event. */
export type Fate = 'all arrive' | 'all arrive twice' | 'only the last end arrives' | 'no end arrives';

export const TICK_MS = 20;
/** Samples in a tick, at 8 kHz. */
export const TICK_SAMPLES = 160;
export const PAYLOAD_TYPE = { mu: 0, a: 8, event: 101 } as const;

const STEADY: Rhythm = { keyMs: 100, gapMs: 100 };
/** RFC 4733, section 3.2: the place of a key is its event code. */
const EVENT_CODES = '0123456789*#ABCD';
/** RFC 4733, section 2.5.1.4: the end of an event is said three times. */
const ENDS = 3;
/** dBm0, without its sign. */
const VOLUME = 10;
const END_BIT = 0x80;
const KEYPAD = ['123A', '456B', '789C', '*0#D'];
/** Hz, ITU-T Q.23: a frequency per row and one per column. */
const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477, 1633];
/** Of each of the two tones, 16 bit: about -12 dBm0. */
const AMPLITUDE = 5_700;

/** Keys as a phone sends them that has negotiated telephone-event: RFC 4733, with silence between them. */
export function eventKeys(keys: string, law: Law, fate: Fate = 'all arrive', rhythm = STEADY): Tick[] {
  const ticks: Tick[] = [];
  for (const key of keys) {
    const at = ticks.length * TICK_SAMPLES;
    const steps = rhythm.keyMs / TICK_MS;
    for (let step = 1; step <= steps; step += 1) {
      const isLast = step === steps;
      const packet = (end: number): RtpPacket => ({
        payloadType: PAYLOAD_TYPE.event,
        marker: step === 1 && end === 0,
        at,
        payload: event(key, isLast ? END_BIT | VOLUME : VOLUME, step * TICK_SAMPLES),
        arrives: arrivals(fate, isLast, end),
      });
      ticks.push(Array.from({ length: isLast ? ENDS : 1 }, (_, end) => packet(end)));
    }
    ticks.push(...sound(ticks.length, rhythm.gapMs, law, () => 0));
  }
  return ticks;
}

/** Keys as sound: what an analogue phone sends, and all that is left where no telephone-event was negotiated. */
export function toneKeys(keys: string, law: Law, rhythm = STEADY): Tick[] {
  const ticks: Tick[] = [];
  for (const key of keys) {
    ticks.push(...sound(ticks.length, rhythm.keyMs, law, toneOf(key)));
    ticks.push(...sound(ticks.length, rhythm.gapMs, law, () => 0));
  }
  return ticks;
}

/** Keys as events while their sound still leaks through, as some gateways send them. */
export function leakingKeys(keys: string, law: Law): Tick[] {
  const tones = toneKeys(keys, law);
  return eventKeys(keys, law).map((tick, index) => [
    ...tick.filter((packet) => packet.payloadType === PAYLOAD_TYPE.event),
    ...(tones[index] ?? []),
  ]);
}

/** A tick of silence. */
export function silentTick(law: Law): Tick {
  return sound(0, TICK_MS, law, () => 0)[0]!;
}

/** RFC 4733, section 2.3. */
function event(key: string, flags: number, duration: number): Uint8Array {
  return Uint8Array.of(EVENT_CODES.indexOf(key), flags, duration >> 8, duration & 0xff);
}

function arrivals(fate: Fate, isLast: boolean, end: number): number {
  switch (fate) {
    case 'all arrive':
      return 1;
    case 'all arrive twice':
      return 2;
    case 'only the last end arrives':
      return isLast && end < ENDS - 1 ? 0 : 1;
    case 'no end arrives':
      return isLast ? 0 : 1;
  }
}

function toneOf(key: string): (sample: number) => number {
  const row = KEYPAD.findIndex((keys) => keys.includes(key));
  const tones = [ROWS[row]!, COLUMNS[KEYPAD[row]!.indexOf(key)]!];
  return (sample) =>
    tones.reduce((sum, hertz) => sum + AMPLITUDE * Math.sin((2 * Math.PI * hertz * sample) / 8_000), 0);
}

/** Sound of `ms`, from the tick with this index on. */
function sound(firstTick: number, ms: number, law: Law, wave: (sample: number) => number): Tick[] {
  const encode = law === 'mu' ? muLaw : aLaw;
  return Array.from({ length: ms / TICK_MS }, (_, tick) => [
    {
      payloadType: PAYLOAD_TYPE[law],
      marker: false,
      at: (firstTick + tick) * TICK_SAMPLES,
      payload: Uint8Array.from({ length: TICK_SAMPLES }, (_, index) =>
        encode(Math.round(wave(tick * TICK_SAMPLES + index))),
      ),
      arrives: 1,
    },
  ]);
}

/** A 16-bit sample in G.711's mu-law: sign, segment, and four bits of it, all inverted. */
function muLaw(sample: number): number {
  const magnitude = Math.min(Math.abs(sample), 32_635) + 132;
  const segment = 24 - Math.clz32(magnitude);
  return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | ((magnitude >> (segment + 3)) & 0x0f)) & 0xff;
}

/** A 16-bit sample in G.711's A-law: sign, segment, and four bits of it, every other bit inverted. */
function aLaw(sample: number): number {
  const magnitude = Math.min(sample < 0 ? ~sample : sample, 32_767);
  const segment = Math.max(0, 24 - Math.clz32(magnitude));
  return ((sample < 0 ? 0 : 0x80) | (segment << 4) | ((magnitude >> Math.max(4, segment + 3)) & 0x0f)) ^ 0x55;
}
