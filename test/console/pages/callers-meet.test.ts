import { expect, test } from 'vitest';
import { meetingIn } from '../../../src/console/pages/start/callers-meet.ts';

test.each([
  // Ready, closed, logged in, free.
  [false, false, 3, 3, 'nothing'],
  [true, true, 3, 3, 'menu-closed'],
  [true, true, 0, 0, 'menu-closed'],
  [true, false, 0, 0, 'menu-alone'],
  [true, false, 2, 0, 'menu-and-queue'],
  [true, false, 2, 1, 'menu-and-agents'],
])(
  'ready %s, closed %s, %i agents of whom %i are free: %s',
  (isReady, isClosed, loggedIn, ready, meeting) => {
    expect(meetingIn({ isReady, isClosed, loggedIn, ready })).toBe(meeting);
  },
);
