import type { Look } from './picture-ways.ts';

/** Fonts that are there on common systems, each with one that has Chinese. */
export const FONTS =
  "'Segoe UI', 'Helvetica Neue', Arial, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', 'DejaVu Sans', sans-serif";

export const INK = '#1b2026';
export const FAINT = '#59636e';
export const LINE = '#68727d';

/** Colours of a look. The frames and icons differ too, so that the picture can be read in black and white. */
export interface Style {
  readonly frame: string;
  readonly heading: string;
  readonly text: string;
}

export const STYLES: Readonly<Record<Look, Style>> = {
  speaks: { frame: '#1f5aa6', heading: '#e2edfa', text: INK },
  asks: { frame: '#0b665c', heading: '#d9f0ec', text: INK },
  works: { frame: '#79611a', heading: '#f6efd9', text: INK },
  'hands-over': { frame: '#a3430f', heading: '#fde8da', text: INK },
  'other-flow': { frame: '#5f2f94', heading: '#eee5f8', text: INK },
  ends: { frame: '#2b323a', heading: '#2b323a', text: '#ffffff' },
};

/** Line drawings of 16 by 16 px. */
const ICONS = {
  speech: 'M2.5 3h11v7.5h-6L4.5 13v-2.5h-2z',
  keypad: 'M3 3h1.5M7.2 3h1.5M11.5 3H13M3 8h1.5M7.2 8h1.5M11.5 8H13M3 13h1.5M7.2 13h1.5M11.5 13H13',
  fork: 'M8 1.8 14.2 8 8 14.2 1.8 8zM5.5 8h5',
  gear: 'M2.5 5h11M2.5 11h11M5.5 3v4M10.5 9v4',
  globe: 'M8 2a6 6 0 1 0 .01 0zM2 8h12M8 2c-4 4-4 8 0 12M8 2c4 4 4 8 0 12',
  lens: 'M7 2.5a4.5 4.5 0 1 0 .01 0zM10.3 10.3 14 14',
  people: 'M5.5 3a2 2 0 1 0 .01 0zM2 13c0-5 7-5 7 0M11 4.5a1.7 1.7 0 1 0 .01 0zM11 9c2 0 3 1.5 3 4',
  handset: 'M3 3h3l1 3-1.5 1.200c.8 1.5 1.8 2.5 3.3 3.300L10 9l3 1v3c-5.5.5-10.5-4.5-10-10z',
  tape: 'M4.5 5.5a2.5 2.5 0 1 0 .01 0zM11.5 5.5a2.5 2.5 0 1 0 .01 0zM4.5 10.5h7',
  flow: 'M2 3h5v4H2zM9 9h5v4H9zM4.5 7v4H9',
  back: 'M6 3 2.5 6.5 6 10M2.5 6.5H10a3 3 0 0 1 0 6H7',
  stop: 'M3.5 3.5h9v9h-9z',
  clock: 'M8 2a6 6 0 1 0 .01 0zM8 4.5V8l2.5 1.5',
  letter: 'M2 4h12v8.5H2zM2 4l6 5 6-5',
} as const;

const BY_VERB: Readonly<Record<string, keyof typeof ICONS>> = {
  choose: 'fork',
  'choose-flow': 'fork',
  hours: 'clock',
  language: 'globe',
  'find-customer': 'lens',
  http: 'lens',
  queue: 'people',
  voicemail: 'tape',
  record: 'tape',
  callback: 'handset',
  'text-message': 'letter',
  return: 'back',
};

const BY_LOOK: Readonly<Record<Look, keyof typeof ICONS>> = {
  speaks: 'speech',
  asks: 'keypad',
  works: 'gear',
  'hands-over': 'handset',
  'other-flow': 'flow',
  ends: 'stop',
};

/** The outline of the icon for a verb, as an SVG path of 16 by 16 px. */
export function iconOf(look: Look, verb = ''): string {
  const own = Object.hasOwn(BY_VERB, verb) ? BY_VERB[verb] : undefined;
  return ICONS[own ?? BY_LOOK[look]];
}
