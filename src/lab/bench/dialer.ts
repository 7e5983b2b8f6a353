import { contestantFor, makePolicy } from '../dialing/contestants.ts';
import { predictShift } from '../dialing/prediction.ts';
import { referenceSetup } from '../dialing/setup.ts';
import { type DialerRun, readOptions } from './dialer/options.ts';
import { CLAIRVOYANT, predictionText, rowsText } from './dialer/report.ts';
import { compare } from './dialer/rows.ts';
import { tune } from './dialer/tune.ts';

const HELP = `npm run bench:dialer [-- OPTION …]: who keeps agents talking without abandoning customers? Shifts of 8 hours in virtual time.

Every policy meets the same people in the same order: 30 % of the dials are answered in person (of three kinds of leads 5, 30 and 63 %), 15 % by
machines; talk lasts 120 s in the mean, wrap-up 20 s. Whoever answers and finds no agent within 2 s is abandoned. A shift starts cold, and everything in it counts.

  flat     an even day
  drift    the share of live answers rises from 20 to 45 % over the day
  churn    60, 100, 65, 100, 50 % of the agents are there, each for a fifth of the day
  outage   2 % live answers for ten minutes in the middle of the day, then 1.3 times as many as usual for ten minutes
  all      all three

  progressive          one line per agent who waits
  ratio                the best fixed ratio in hindsight: the product's, and VICIdial's per waiting or per unpaused agent
  vicidial-default     VICIdial's adaptive rule, hard limit, as it is shipped but for a drop after 2 s
  vicidial-tuned       the same with the best of its settings in hindsight, for each scenario and size
  carillon             predictive; lets dials go that rang long enough; learns from nothing how likely each kind of lead answers; one
                       parameter set everywhere
  carillon-window      the same, and every rolling 60 minutes keep within 3 %
  oracle-free-times    carillon, told when each agent will be free
  oracle-outcomes      carillon, told how each dial will end
  clairvoyant bound    120 s of 140 s: nobody can do better

Options
  --json                 one line: {"rows": [...]}
  --scenario, --agents, --policy   only these, separated by commas
  --seeds N              days per row (usual 20)
  --tune                 find the best settings of ratio and vicidial-tuned in hindsight, on days that differ from the bench's, and keep them
  --predict              what a short run comes to: mean and 95 % prediction interval; with --agents (20), --minutes (5), --policy (carillon),
                         --seeds (400)

In --json, talkShare, abandonment, worst30 and worst60 are per cent, meanWaitS is seconds an agent waits for a call, stdErr is the standard
error of talkShare in points. worst30 and worst60 are the worst rolling window of a day (steps of 10 s), in the mean of the days; worst30Max and
worst60Max the worst of all days; over30Share and over60Share how many of the windows are over 3 %, per cent. daysOver counts the days, and the
windows of up to 30 days in a row, with more than 3 % abandoned; abandonmentMax is the worst day. cancelShare: dials that were let go, per cent.
`;

try {
  await run(readOptions(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}

async function run(options: DialerRun): Promise<void> {
  switch (options.does) {
    case 'help':
      process.stdout.write(HELP);
      return;
    case 'tune':
      process.stdout.write(await tune(options));
      return;
    case 'predict':
      predict(options);
      return;
    case 'compare': {
      const rows = await compare(options);
      const text = options.isJson
        ? `${JSON.stringify({ clairvoyant: CLAIRVOYANT, rows })}\n`
        : rowsText(rows);
      process.stdout.write(text);
    }
  }
}

function predict({ sizes, scenarios, policies, minutes, seeds, isJson }: DialerRun): void {
  const agents = sizes[0]!;
  const scenario = scenarios[0]!;
  const policy = policies.length === 1 ? policies[0]! : 'carillon';
  const setup = { ...referenceSetup(scenario, agents), lastsMs: minutes * 60_000 };
  const prediction = predictShift(setup, makePolicy(contestantFor(policy, scenario, agents)), seeds.length);
  process.stdout.write(
    isJson
      ? `${JSON.stringify({ agents, minutes, scenario, policy, ...prediction })}\n`
      : `${policy}, ${scenario}, ${agents} agents, ${minutes} minutes\n${predictionText(prediction)}`,
  );
}
