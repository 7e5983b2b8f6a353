/** How the centre stands, as far as callers meet it. */
export interface Standing {
  /** A call that came in now would be answered. */
  readonly isReady: boolean;
  /** It is outside the hours of those who take calls. */
  readonly isClosed: boolean;
  /** Agents who are logged in, and those of them who would be rung. */
  readonly loggedIn: number;
  readonly ready: number;
}

/** What a caller would meet now: `menu` means that nobody of flesh and blood is there for him. */
export type Meeting = 'nothing' | 'menu-closed' | 'menu-alone' | 'menu-and-queue' | 'menu-and-agents';

/** What a caller would meet who called now. */
export function meetingIn({ isReady, isClosed, loggedIn, ready }: Standing): Meeting {
  if (!isReady) return 'nothing';
  if (isClosed) return 'menu-closed';
  if (loggedIn === 0) return 'menu-alone';
  return ready === 0 ? 'menu-and-queue' : 'menu-and-agents';
}

/** How good that is. */
export const TONES: Readonly<Record<Meeting, 'success' | 'warning' | 'error'>> = {
  nothing: 'error',
  'menu-closed': 'warning',
  'menu-alone': 'warning',
  'menu-and-queue': 'warning',
  'menu-and-agents': 'success',
};
