import { didYouMean } from '../base/nearest.ts';
import { said } from '../base/said.ts';
import { TIERS } from '../customer/customer.ts';
import type { Path, Report } from '../ivr/report.ts';
import type { ExpressionCompiler } from '../queue/expression.ts';
import {
  type Condition,
  type LadderStep,
  type Lane,
  type Preference,
  type Queue,
  skillAtLeast,
  USUAL_LANE,
} from '../queue/queue.ts';
import {
  OTHERS,
  type RoutingFile,
  type WrittenLanes,
  type WrittenNeeds,
  type WrittenPreference,
  type WrittenQueue,
} from './routing-grammar.ts';

// ── tiers ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Refuses targets that nobody can meet. */
export function checkTargets(lanes: WrittenLanes, path: Path, report: Report): void {
  for (const [tier, lane] of Object.entries(lanes)) {
    const { target } = lane ?? {};
    if (!target) continue;
    const where = [...path, tier, 'target'];
    if (target.percent <= 0) report.add(where, 'a target of 0% asks for nothing', 'such as 80% in 20s');
    else if (target.percent > 100)
      report.add(where, 'nobody can answer more than 100%', 'such as 90% in 20s');
    else if (target.percent === 100)
      report.add(where, '100% is never reached for long', '98% in a longer time says the same', 'warning');
    if (target.withinMs === 0) report.add(where, 'nobody is answered in no time', 'such as 80% in 20s');
  }
}

/** The lanes of a queue: what it says itself, else the centre of that tier, else the centre of everybody. */
function lanesOf(centre: WrittenLanes, own: WrittenLanes): Queue['lanes'] {
  const others = laneFrom(own[OTHERS], laneFrom(centre[OTHERS], USUAL_LANE));
  const tiers = TIERS.map((tier) => [tier, laneFrom(own[tier], laneFrom(centre[tier], others))] as const);
  return Object.fromEntries([...tiers, ['', others] as const]);
}

function laneFrom(written: WrittenLanes[keyof WrittenLanes], usual: Lane): Lane {
  return {
    goal: written?.target ? written.target.percent / 100 : usual.goal,
    targetMs: written?.target?.withinMs ?? usual.targetMs,
    priority: written?.priority ?? usual.priority,
    bonusMs: written?.bonus ?? usual.bonusMs,
  };
}

// ── queues ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Reads one queue of the file; what is wrong goes into the report. */
export class QueueReader {
  readonly #name: string;
  readonly #written: WrittenQueue;
  readonly #centre: WrittenLanes;
  readonly #skills: readonly string[];
  readonly #compiler: ExpressionCompiler;
  readonly #report: Report;

  constructor(
    name: string,
    written: WrittenQueue,
    file: RoutingFile,
    compiler: ExpressionCompiler,
    report: Report,
  ) {
    this.#name = name;
    this.#written = written;
    this.#centre = file.tiers;
    this.#skills = file.skills;
    this.#compiler = compiler;
    this.#report = report;
  }

  read(): Queue {
    const written = this.#written;
    checkTargets(written.tiers, this.#path('tiers'), this.#report);
    this.#checkTimes(written.relax, 'relax');
    this.#checkTimes(written.overflow, 'overflow');
    return {
      name: this.#name,
      ladder: this.#ladder(),
      prefers: written.prefers.flatMap((one, at) => this.#preference(one, this.#path('prefers', at))),
      lanes: lanesOf(this.#centre, written.tiers),
      first: { who: written.first?.who ?? [], forMs: written.first?.for ?? 0 },
      ringMs: written.ring,
      wrapUpMs: written['wrap-up'],
      maxWaitMs: written['max-wait'],
      music: written.music,
      maxWaiting: written['max-waiting'],
      hours: written.hours ?? '',
      overflow: written.overflow.map(({ after, queue }) => ({ afterMs: after, queue })),
    };
  }

  #path(...path: Path): Path {
    return ['queues', this.#name, ...path];
  }

  #checkTimes(steps: readonly { readonly after: number }[], key: string): void {
    steps.forEach(({ after }, at) => {
      const before = at === 0 ? 0 : steps[at - 1]!.after;
      if (after > before) return;
      const message =
        at === 0
          ? 'a step after no time is there from the beginning'
          : 'this step comes no later than the one before';
      this.#report.add(this.#path(key, at, 'after'), message, 'write the steps in the order of their times');
    });
    const last = steps.at(-1);
    if (last && last.after >= this.#written['max-wait'])
      this.#report.add(
        this.#path(key, steps.length - 1, 'after'),
        'nobody waits so long here',
        said`after ${this.#written['max-wait'] / 1000}s (max-wait) the flow goes on, unless its queue step says more`,
        'warning',
      );
  }

  #ladder(): LadderStep[] {
    const { needs, relax } = this.#written;
    const steps = [
      { begins: 0, needs, path: this.#path('needs') },
      ...relax.map((step, at) => ({
        begins: step.after,
        needs: step.needs,
        path: this.#path('relax', at, 'needs'),
      })),
    ];
    return steps.map((step, at) => ({
      needs: this.#needs(step.needs, step.path),
      forMs: at + 1 < steps.length ? steps[at + 1]!.begins - step.begins : 0,
    }));
  }

  #needs(needs: WrittenNeeds, path: Path): Condition[] {
    if (!Array.isArray(needs)) return this.#scores(needs, path);
    return needs.flatMap((one, at) =>
      typeof one === 'string' ? this.#condition(one, [...path, at]) : this.#scores(one, [...path, at]),
    );
  }

  #scores(scores: Readonly<Record<string, number>>, path: Path): Condition[] {
    return Object.entries(scores).map(([skill, least]) => {
      if (!this.#skills.includes(skill))
        this.#report.add(
          [...path, skill],
          said`there is no skill "${skill}"`,
          didYouMean(skill, this.#skills),
        );
      return skillAtLeast(skill, least);
    });
  }

  #condition(text: string, path: Path): Condition[] {
    return this.#compiled(this.#compiler.condition(text), path);
  }

  #preference(written: WrittenPreference, path: Path): Preference[] {
    if (typeof written === 'string') return this.#compiled(this.#compiler.preference(written), path);
    if ('when' in written)
      return this.#compiled(this.#compiler.bonus(written.when, written.score), [...path, 'when']);
    return this.#compiled(this.#compiler.preference(written.score), [...path, 'score']);
  }

  #compiled<Kind extends object>(compiled: Kind | string, path: Path): Kind[] {
    if (typeof compiled !== 'string') return [compiled];
    this.#report.add(path, compiled);
    return [];
  }
}
