import { said, takenApart } from '../base/said.ts';
import {
  claimSaid,
  claimsOf,
  clashProblem,
  endlessCalls,
  endlessProblem,
  type KnownNames,
  mentionProblem,
  missingMentions,
  problemOf,
} from './cross-check.ts';
import { answersTo, type Flow } from './flow.ts';
import { type FlowFile, sameSignature } from './flow-set.ts';
import type { Problem } from './report.ts';
import { type Candidate, type Choice, isLive, refitted, type Trial } from './trial.ts';

/** A file that has to stay as it runs, and why. */
export interface Held {
  readonly file: string;
  readonly problems: readonly Problem[];
}

/** The files that cannot go live with the others, by the first cause alone: what else is wrong may only follow from it. */
export function heldBack(trial: Trial, choice: Choice): readonly Held[] {
  for (const cause of [broken, breaking, takingOver, clashing, endless, namingNothing, leavingGaps]) {
    const held = cause(trial, choice);
    if (held.length > 0) return held;
  }
  return [];
}

/** Files with errors that are their own. */
function broken(trial: Trial, choice: Choice): readonly Held[] {
  return choice.failed.filter((read) => !wouldFit(trial, read, choice));
}

/** Whether a file that failed would go with the flows that run. One that does not run itself has to fit what is there. */
function wouldFit({ reader, running, runningNames, knowledge }: Trial, read: FlowFile, choice: Choice) {
  if (!running.flows.has(read.file) || !reader.outline(read).sound) return false;
  const signatures = new Map(choice.signatures);
  for (const [name, live] of runningNames) signatures.set(name, live.flow.signature);
  const { isRecorded } = knowledge;
  return isLive(reader.finish(read, { shared: choice.shared, signatures, isRecorded }));
}

/** Flows that changed so that one which runs and calls them does not go with them any more. */
function breaking(trial: Trial, choice: Choice): Held[] {
  const failed = choice.failed.flatMap(({ file, calls, problems }): Held[] => {
    const held = culprits(trial, trial.running.flows.get(file)!.flow, calls, choice);
    // It would go with what runs, so there is one; without, it stays itself.
    if (held.length === 0) return [{ file, problems }];
    return held.map((culprit) => ({ ...culprit, problems: [...problems, ...culprit.problems] }));
  });
  const left = [...choice.candidates.values()].flatMap(({ live, isFound }) =>
    isFound || refitted(trial, live, choice) ? [] : culprits(trial, live.flow, live.calls, choice),
  );
  return [...failed, ...left];
}

function culprits(trial: Trial, caller: Flow, calls: FlowFile['calls'], choice: Choice): Held[] {
  return [...calls.keys()].flatMap((name) => {
    const before = trial.runningNames.get(name);
    if (!before || sameSignature(before.flow.signature, choice.signatures.get(name))) return [];
    const takers = [...choice.candidates.values()].filter(({ live }) => live.flow.name === name);
    const taker = takers.find(({ live }) => live.file === before.file) ?? takers[0];
    const file = taker?.live.file ?? before.file;
    const message = said`flow "${name}" would break flow "${caller.name}", which calls it`;
    return trial.stays(file) ? [] : [{ file, problems: [problemOf(file, message, 'save both')] }];
  });
}

/** Flows that claim what another one has as it runs. */
function takingOver({ running }: Trial, { candidates }: Choice): Held[] {
  const owners = new Map<string, Candidate>();
  for (const candidate of candidates.values()) {
    const now = running.flows.get(candidate.live.file);
    const had = new Set(now && claimsOf(now.flow));
    for (const claim of claimsOf(candidate.live.flow)) if (had.has(claim)) owners.set(claim, candidate);
  }
  return [...candidates.values()].flatMap((one) => losing(one, owners));
}

/** Of two flows that claim what nobody has, the one in the later file. */
function clashing(_trial: Trial, { candidates }: Choice): Held[] {
  const owners = new Map<string, Candidate>();
  return [...candidates.values()].flatMap((one) => {
    const held = losing(one, owners);
    if (held.length === 0) for (const claim of claimsOf(one.live.flow)) owners.set(claim, one);
    return held;
  });
}

function losing(candidate: Candidate, owners: ReadonlyMap<string, Candidate>): Held[] {
  const { file, flow } = candidate.live;
  return claimsOf(flow).flatMap((claim) => {
    const owner = owners.get(claim);
    if (!owner || owner === candidate || !candidate.isFound) return [];
    return [{ file, problems: [clashProblem(file, claim, owner.live.file)] }];
  });
}

/** Of flows that call each other without end, the last one that changed. */
function endless({ running }: Trial, { candidates }: Choice): Held[] {
  const all = [...candidates.values()];
  return endlessCalls(all.map(({ live }) => live.flow)).flatMap(({ names, way }) => {
    const changed = all.findLast(
      ({ live: { file, flow }, isFound }) =>
        isFound && names.includes(flow.name) && running.flows.get(file)?.flow.version !== flow.version,
    );
    return changed ? [{ file: changed.live.file, problems: [endlessProblem(changed.live.file, way)] }] : [];
  });
}

/**
 * Files from which something is gone that a flow which runs still names: they stay. Where it was not there before either,
 * the flow that names it stays as it runs; one that does not run yet is better than none for its callers.
 */
function namingNothing(trial: Trial, { candidates, known }: Choice): Held[] {
  return [...candidates.values()].flatMap(({ live, isFound }) => {
    const before = trial.running.flows.get(live.file);
    if (!before) return trial.running.flows.size === 0 ? [] : callingNothing(live, known);
    return missingMentions(live.flow, known).flatMap((mention): Held[] => {
      const problems = isFound ? [mentionProblem(live.flow, mention, known)] : [];
      const source = sourceOf(trial, mention);
      if (source === undefined || trial.stays(source))
        return isFound && before.flow.version !== live.flow.version ? [{ file: live.file, problems }] : [];
      const message = said`${takenApart(mention.kind)} "${mention.name}" goes on, because flow "${live.flow.name}" names it`;
      return [{ file: source, problems: [...problems, problemOf(source, message, 'save both')] }];
    });
  });
}

/** A new flow waits for the flows that it goes to: without them its callers would be cut off. */
function callingNothing({ file, flow }: Candidate['live'], known: KnownNames): Held[] {
  const missing = missingMentions(flow, known).filter(({ kind }) => kind === 'flow');
  return missing.map((mention) => ({ file, problems: [mentionProblem(flow, mention, known)] }));
}

/** The file that a thing comes from which is there as it runs. */
function sourceOf({ running: { shared }, runningNames }: Trial, { kind, name }: Flow['mentions'][number]) {
  if (kind === 'flow') return runningNames.get(name)?.file;
  if (kind !== 'calendar' && kind !== 'persona') return undefined;
  const things = shared?.shared[kind === 'calendar' ? 'calendars' : 'personas'];
  return things && Object.hasOwn(things, name) ? shared?.file : undefined;
}

/** Files that give up a name or a number, while the file that takes it over stays as it runs. */
function leavingGaps(trial: Trial, { candidates }: Choice): Held[] {
  const flows = [...candidates.values()].map(({ live }) => live.flow);
  const claimed = new Set(flows.flatMap(claimsOf));
  const takers = new Map<string, string>();
  for (const source of trial.files.values()) {
    const { name, numbers } = trial.reader.outline(source);
    if (trial.stays(source.file) && name !== undefined)
      for (const claim of claimsOf({ name, numbers })) takers.set(claim, source.file);
  }
  const isLost = (claim: string): boolean =>
    !claimed.has(claim) && !flows.some((flow) => answersTo(flow, claim.replace('number ', '')));
  return [...trial.running.flows.values()].flatMap(({ file, flow }) =>
    claimsOf(flow).flatMap((claim): Held[] => {
      const taker = takers.get(claim);
      if (trial.stays(file) || taker === undefined || !isLost(claim)) return [];
      const message = said`${claimSaid(claim)} would be lost: ${taker}, which takes it over, does not go live`;
      return [{ file, problems: [problemOf(file, message, said`mend ${taker} first`)] }];
    }),
  );
}
