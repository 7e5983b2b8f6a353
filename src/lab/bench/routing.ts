import { compareRow, ERLANG_ROWS } from './routing/erlang-rows.ts';
import { matchTimes } from './routing/matching.ts';
import { offerTimes } from './routing/offers.ts';
import { erlangText, matchText, offerText, tierText } from './routing/report.ts';
import {
  CONTESTANTS,
  STEADY,
  SWINGING,
  serveTiers,
  type TierOutcome,
  type TierScenario,
} from './routing/tiers.ts';

const HELP = `npm run bench:routing [-- PART …] [-- --json]: does the right agent get the call, in time, and what does it cost to decide.

  matching  what a single decision takes, and the way from the event to the offer with its explanation: 10,000 agents, 256 profiles,
            128 classes of callers, 24 skills; few and very many callers waiting; beside a matcher that filters and sorts everybody
  offers    from an event to the command that rings the agent's phone, in the running engine: real clock, database on the disk,
            simulated PBX, 25 calls a second; beside a bare commit of the same database
  erlang    the rules of matching in virtual time, against the formulas for callers with patience (Erlang A); z is the distance in
            standard errors, over independent runs with fixed seeds
  tiers     three tiers with targets that can just be met: every order by the same calls, in virtual time
  swings    the same when the load swings by 30 % either way, with as many agents as it takes to meet the targets over all

A service level is the share of ALL calls that were answered within the target; whoever hung up was missed.
"Best fixed, in hindsight" is a delay ratio whose weights were found by a search over that very load: what can be reached at all.
`;

const RUNS = 40;
const CALLS_PER_RUN = 20_000;
const TIER_SEEDS = Array.from({ length: 10 }, (_, index) => index + 1);
const TIER_HOURS = 60;

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const parts = { matching, offers, erlang, tiers, swings };
const unknown = words.find((word) => !(word in parts));

if (process.argv.includes('--help')) process.stdout.write(HELP);
else if (unknown !== undefined) {
  process.stderr.write(
    `There is no part ${unknown}: choose from ${Object.keys(parts).join(', ')}, or none for all.\n`,
  );
  process.exitCode = 2;
} else await run();

async function run(): Promise<void> {
  const isJson = process.argv.includes('--json');
  const figures: Record<string, number> = {};
  for (const [name, part] of Object.entries(parts)) {
    if (words.length > 0 && !words.includes(name)) continue;
    const { text, ...keys } = await part();
    Object.assign(figures, keys.figures);
    if (!isJson) process.stdout.write(text);
  }
  if (isJson) process.stdout.write(`${JSON.stringify(figures)}\n`);
}

interface Part {
  readonly text: string;
  readonly figures: Readonly<Record<string, number>>;
}

function matching(): Part {
  const times = matchTimes();
  const [short, , long] = times.filter(({ decision }) => decision === 'agent → call');
  const growth = long!.p50Us / short!.p50Us;
  const figures = {
    matchP50Us: rounded(Math.max(...times.map(({ p50Us }) => p50Us))),
    matchP99Us: rounded(Math.max(...times.map(({ p99Us }) => p99Us))),
    explainedP50Us: rounded(Math.max(...times.map(({ wholeP50Us }) => wholeP50Us))),
    explainedP99Us: rounded(Math.max(...times.map(({ wholeP99Us }) => wholeP99Us))),
    matchGrowth: rounded(growth),
    matchTimesFaster: Math.round(
      Math.min(...times.map(({ wholeP50Us, naiveP50Us }) => naiveP50Us / wholeP50Us)),
    ),
  };
  const text = `What a decision takes (10,000 agents)\n\n${matchText(times)}\n  From ${short!.waiting} to ${long!.waiting} callers who wait, the cost grows to ${growth.toFixed(2)} times as much.\n\n`;
  return { text, figures };
}

async function offers(): Promise<Part> {
  const times = await offerTimes();
  const figures = {
    offerP50Ms: rounded(Math.max(...times.kinds.map(({ p50Ms }) => p50Ms))),
    offerP99Ms: rounded(Math.max(...times.kinds.map(({ p99Ms }) => p99Ms))),
    offerProcessorP99Ms: rounded(Math.max(...times.kinds.map(({ processorP99Ms }) => processorP99Ms))),
    commitP50Ms: rounded(times.commit.p50Ms),
    commitP99Ms: rounded(times.commit.p99Ms),
  };
  return { text: `From event to offer, in the running engine\n\n${offerText(times)}\n`, figures };
}

function erlang(): Part {
  const rows = ERLANG_ROWS.map((row, index) => {
    const seeds = Array.from({ length: RUNS }, (_, run) => 1000 * (index + 1) + run);
    return { row, comparisons: compareRow(row, seeds, CALLS_PER_RUN) };
  });
  const all = rows.flatMap(({ comparisons }) => comparisons.map(({ z }) => Math.abs(z)));
  const text = rows.map(({ row, comparisons }) => erlangText(row, comparisons)).join('');
  return {
    text: `Against Erlang A: the rules in virtual time, ${RUNS} runs of ${CALLS_PER_RUN} calls each; z is in standard errors\n${text}\n`,
    figures: { erlangAMaxZ: rounded(Math.max(...all)) },
  };
}

function tiers(): Part {
  const { text, worst } = contest(STEADY);
  return { text: `Tiers at a steady load\n${text}\n`, figures: { tierWorstPoints: worst } };
}

function swings(): Part {
  const { text, worst } = contest(SWINGING);
  return { text: `Tiers when the load swings by 30 %\n${text}\n`, figures: { tierSwingWorstPoints: worst } };
}

/** Every order in every scenario. `worst`: of the order `service-level`, over all of them. */
function contest(scenarios: readonly TierScenario[]): { text: string; worst: number } {
  const served = scenarios.map((scenario) => ({
    scenario,
    outcomes: CONTESTANTS.map((contestant) => serveTiers(scenario, contestant, TIER_SEEDS, TIER_HOURS)),
  }));
  const learning = served.flatMap(({ outcomes }) => outcomes.filter(({ contestant }) => contestant.learns));
  return {
    text: served.map(({ scenario, outcomes }) => tierText(scenario, outcomes)).join(''),
    worst: rounded(Math.min(...learning.map(({ worst }: TierOutcome) => worst))),
  };
}

function rounded(value: number): number {
  return Math.round(100 * value) / 100;
}
