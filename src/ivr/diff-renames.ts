import { argumentsOf, spokenIn } from './diff-settings.ts';
import { type Flow, type Step, wordsOf } from './flow.ts';
import { exitText } from './picture-ways.ts';

/**
 * Steps that only have another name now: the same verb, arguments, words and ways out as a step that is gone. Where several
 * are alike, one that leads to the same steps comes first.
 * @returns the new name by the old one
 */
export function renamesBetween(before: Flow, after: Flow): ReadonlyMap<string, string> {
  const gone = [...before.steps.values()].filter((step) => !after.steps.has(step.name));
  const added = [...after.steps.values()].filter((step) => !before.steps.has(step.name));
  const renames = new Map<string, string>();
  const match = (likeness: (flow: Flow, step: Step) => string): void => {
    const open = new Map<string, Step[]>();
    const free = added.filter((step) => ![...renames.values()].includes(step.name));
    for (const step of free)
      open.set(likeness(after, step), [...(open.get(likeness(after, step)) ?? []), step]);
    for (const step of gone.filter((one) => !renames.has(one.name))) {
      const found = open.get(likeness(before, step))?.shift();
      if (found) renames.set(step.name, found.name);
    }
  };
  match((flow, step) => JSON.stringify([contentOf(flow, step), step.targets, step.otherwise]));
  match((flow, step) => JSON.stringify(contentOf(flow, step)));
  return renames;
}

/** All of a step but its name and where it leads. */
function contentOf(flow: Flow, step: Step): unknown {
  return [
    step.kind.verb,
    [...argumentsOf(step)].map(([path, argument]) => [path, argument.text]),
    spokenIn(step.args).map(({ role, prompt }) => [role, Object.entries(wordsOf(flow, prompt).texts).sort()]),
    step.exits.map((exit) => exitText(step, exit)),
  ];
}
