/** What `bench:calls` calls: the same thing as a flow and as lines of a dialplan. */
import { wavHeader } from '../../setup/hold-tone.ts';
import type { Settings } from '../../setup/settings.ts';
import { addFreeswitchExtension, addToAsteriskDialplan } from './pbx-additions.ts';

/** The numbers of Carillon and of the dialplan alone. */
export const SIDES = {
  carillon: { hangsUp: '95590', speaks: '95592' },
  dialplan: { hangsUp: '95591', speaks: '95593' },
} as const;
export type Side = keyof typeof SIDES;

/** Carillon waits in a menu there. */
export const WAITS = '95594';

const RATE = 8000;
const PAUSE_S = 0.2;
const TONE_S = 0.5;
const TONE_HZ = 1000;

const flow = (name: string, number: string, start: string, steps: string): string =>
  `flow: ${name}\nnumbers: ["${number}"]\nlanguages: [en]\nstart: ${start}\nprompts:\n  pause: { en: Pause }\n  tone: { en: Tone }\nsteps:\n${steps}  end: { hangup: {} }\n`;

/** The recordings stand for words, so nothing has to be spoken. */
export const FLOW_FILES: Readonly<Record<string, string | Uint8Array>> = {
  'hangs-up.yaml': flow(
    'hangs-up',
    SIDES.carillon.hangsUp,
    'pause',
    '  pause: { pause: 200ms, then: end }\n',
  ),
  'speaks.yaml': flow('speaks', SIDES.carillon.speaks, 'tone', '  tone: { say: tone, then: end }\n'),
  'waits.yaml': flow(
    'waits',
    WAITS,
    'menu',
    '  menu: { menu: { say: pause, timeout: 2m, keys: { 1: end } }, otherwise: end }\n',
  ),
  ...Object.fromEntries(
    ['hangs-up', 'speaks', 'waits'].flatMap((name) => [
      [`prompts/en/${name}/pause.wav`, wav(PAUSE_S, () => 0)],
      [`prompts/en/${name}/tone.wav`, wav(TONE_S, (at) => 8000 * Math.sin(2 * Math.PI * TONE_HZ * at))],
    ]),
  ),
};

/** Adds the numbers that the PBX serves by itself to its rendered configuration in the folder `etc`. */
export function addDialplan(etc: string, { pbx, flows }: Pick<Settings, 'pbx' | 'flows'>): void {
  const tone = `${flows}/prompts/en/speaks/tone`;
  const { hangsUp, speaks } = SIDES.dialplan;
  if (pbx === 'freeswitch') {
    const around = (...middle: [string, string]) => [['answer', ''], middle, ['hangup', '']] as const;
    addFreeswitchExtension(etc, hangsUp, around('sleep', String(PAUSE_S * 1000)));
    addFreeswitchExtension(etc, speaks, around('playback', `${tone}.wav`));
    return;
  }
  const extension = (number: string, middle: string): string =>
    `exten => ${number},1,Answer()\n same => n,${middle}\n same => n,Hangup()\n`;
  addToAsteriskDialplan(
    etc,
    `${extension(hangsUp, `Wait(${PAUSE_S})`)}${extension(speaks, `Playback(${tone})`)}`,
  );
}

/** A WAV file as PBXs play it without converting: 8 kHz, mono, 16 bits. @param wave amplitude at a time in seconds */
function wav(seconds: number, wave: (at: number) => number): Uint8Array {
  const samples = Int16Array.from({ length: seconds * RATE }, (_, index) => wave(index / RATE));
  return Buffer.concat([wavHeader(samples.byteLength), new Uint8Array(samples.buffer)]);
}
