import type { FlowReader, Knowledge } from './flow-set.ts';
import { heldBack } from './held-back.ts';
import { type FoundFiles, type GoingLive, type Running, Trial } from './trial.ts';

/**
 * Decides which files go live together. A file that has an error, that clashes with what runs or that would break a flow
 * which runs stays as it runs, and so does every file that does not go without it; what is left is tried again until
 * everything fits. So a mistake in a file leaves no number without a flow that had one.
 */
export function goLive(
  reader: FlowReader,
  found: FoundFiles,
  running: Running,
  knowledge: Knowledge,
): GoingLive {
  const next = settle(new Trial(reader, found, running, knowledge));
  const isDone = next.problems.every(({ severity }) => severity === 'warning') || runsTheSame(next, running);
  // What goes live now may be what another one waits for.
  return isDone ? next : goLive(reader, found, next, knowledge);
}

function settle(trial: Trial): GoingLive {
  // Each round holds back at least one more file.
  for (let choice = trial.choose(); ; choice = trial.choose()) {
    const held = heldBack(trial, choice);
    if (held.length === 0) return trial.result(choice);
    for (const one of held) trial.hold(one.file, one.problems);
  }
}

function runsTheSame(one: Running, other: Running): boolean {
  return (
    one.shared?.text === other.shared?.text &&
    one.flows.size === other.flows.size &&
    [...one.flows].every(([file, { flow }]) => other.flows.get(file)?.flow.version === flow.version)
  );
}
