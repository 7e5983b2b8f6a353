import type { Queue } from '../queue/queue.ts';
import type { RoutingRules } from '../queue/rules.ts';
import type { RecordedDay } from './recorded-day.ts';

/** What an expression looks at. */
const GLANCE = /\b(skill|agent|caller)\.([A-Za-z]\w*)/g;
/** What every caller has. */
const FACTS: readonly string[] = ['caller.tier', 'caller.language'];

/** The skills and attributes that these rules look at and of which the log of the day says nothing: `caller.city`. */
export function unknownNames(day: RecordedDay, { queues }: RoutingRules): string[] {
  const known = new Set(FACTS);
  for (const { wishes } of day.agents)
    for (const { facts } of wishes) {
      for (const name of Object.keys(facts?.skills ?? {})) known.add(`skill.${name}`);
      for (const name of Object.keys(facts?.attributes ?? {})) known.add(`agent.${name}`);
    }
  for (const { visits } of day.calls)
    for (const { facts } of visits)
      for (const name of Object.keys(facts.attributes)) known.add(`caller.${name}`);
  const wanted = [...queues.values()].flatMap(textsOf).flatMap((text) => text.match(GLANCE) ?? []);
  return [...new Set(wanted)].filter((name) => !known.has(name)).sort();
}

/** Queues in which somebody waited and that these rules do not have. */
export function missingQueues(day: RecordedDay, { queues }: RoutingRules): string[] {
  const names = new Set(day.calls.flatMap(({ visits }) => visits.map(({ queue }) => queue)));
  return [...names].filter((name) => !queues.has(name)).sort();
}

function textsOf({ ladder, prefers }: Queue): string[] {
  return [...ladder.flatMap((step) => step.needs), ...prefers].map(({ text }) => text);
}
