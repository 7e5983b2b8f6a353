import type { OverhearRequest } from '../pbx.ts';

export const SPY_MODES: readonly OverhearRequest['mode'][] = ['listen', 'whisper'];

const OF_OVERHEARING = /^(.+)\.(?:listen|whisper|overheard)$/;

/** The snoop channel of an overhearing in this mode. */
export function spyName(overhearing: string, mode: OverhearRequest['mode']): string {
  return `${overhearing}.${mode}`;
}

/** The bridge in which the snoop channel and whoever listens are. */
export function roomName(overhearing: string): string {
  return `${overhearing}.overheard`;
}

/** The overhearing to which a channel or bridge belongs; undefined for all others. @param idPrefix how our ids begin */
export function overhearingOf(id: string, idPrefix: string): string | undefined {
  return id.startsWith(idPrefix) ? OF_OVERHEARING.exec(id)?.[1] : undefined;
}
