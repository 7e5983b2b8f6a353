/** `npm run bench:outbound [-- --json | --help]`: a shift on a real Asterisk, and what the lab says that it will be. See `HELP`. */
import { parseArgs } from 'node:util';
import { messageOf } from '../../base/errors.ts';
import { pacedBy } from '../dialing/contestants.ts';
import { type Predicted, predictShift } from '../dialing/prediction.ts';
import { type Realised, runShift } from './outbound/run.ts';
import { PACING, worldOf } from './outbound/world.ts';

const HELP = `npm run bench:outbound [-- options]   a campaign on a real Asterisk against the lab's prediction
  --json         one line of JSON: {realised, interval, within}
  --agents n     agents at SIP phones (20)
  --seconds n    how long the shift lasts (300)
  --seed n       of the customers (1)
  --runs n       shifts that the lab plays for its interval (400)

The whole product calls customers who are SIP programs of this bench: half answer in person sooner or later, some are machines that speak
on, some are busy, do not answer or cannot be reached. The lab plays the same shift with the same pacing and the same figures, and
predicts within what one shift stays with a probability of 95 %. within: whether the realised figure does.
`;

/** Those that the lab predicts. */
const FIGURES = ['dials', 'live', 'connects', 'abandoned', 'abandonment', 'talkShare'] as const;
type Figure = (typeof FIGURES)[number];

const say = (line: string): void => void process.stderr.write(`${line}\n`);

await main().catch((thrown: unknown) => {
  say(messageOf(thrown));
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean' },
      help: { type: 'boolean' },
      agents: { type: 'string', default: '20' },
      seconds: { type: 'string', default: '300' },
      seed: { type: 'string', default: '1' },
      runs: { type: 'string', default: '400' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const setup = worldOf(Number(values.agents), Number(values.seconds) * 1000);
  const interval = predictShift(setup, pacedBy(PACING), Number(values.runs));
  const realised = await runShift({ setup, seed: Number(values.seed), say });
  const within = Object.fromEntries(
    FIGURES.map((figure) => [figure, isIn(realised[figure], interval[figure])]),
  );
  process.stdout.write(
    values.json ? `${JSON.stringify({ realised, interval, within })}\n` : tableOf(realised, interval, within),
  );
}

function isIn(value: number, { low, high }: Predicted): boolean {
  return value >= low && value <= high;
}

function tableOf(
  realised: Realised,
  interval: Readonly<Record<Figure, Predicted>>,
  within: Readonly<Record<string, boolean>>,
): string {
  const shown = (value: number): string => value.toFixed(value < 2 ? 3 : 0).padStart(8);
  const lines = FIGURES.map((figure) => {
    const { low, high, mean } = interval[figure];
    return `${figure.padEnd(12)}${shown(realised[figure])}   lab ${shown(mean)} (${shown(low)} to ${shown(high)})${within[figure] ? '' : '   OUTSIDE'}`;
  });
  const others = Object.entries(realised).filter(([name]) => !FIGURES.some((figure) => figure === name));
  const more = others.map(([name, value]) => `${name.padEnd(18)}${shown(value)}`);
  return `${[...lines, ...more].join('\n')}\n`;
}
