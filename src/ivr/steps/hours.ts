import type { DayState } from '../calendar.ts';
import { name } from '../grammar.ts';
import { type StepKind, stepKind } from '../step.ts';

/** @param stateAt whether the calendar of that name is open at `now`, UTC ms */
export function hoursStep(stateAt: (calendar: string, now: number) => DayState): StepKind {
  return stepKind({
    verb: 'hours',
    summary: 'Goes by the opening hours of a calendar in shared.yaml.',
    args: name.describe('The name of a calendar'),
    waiting: 'none',
    exits: () => ['open', 'closed', 'holiday'],
    mentions: (calendar) => [{ kind: 'calendar', name: calendar }],
    run: async (step, calendar) => ({ exit: stateAt(calendar, step.now()) }),
  });
}
