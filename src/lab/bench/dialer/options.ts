import { parseArgs } from 'node:util';
import { DIALING_POLICIES } from '../../dialing/contestants.ts';
import { DIALING_SCENARIOS } from '../../dialing/scenario.ts';
import type { Comparison } from './rows.ts';

/** The sizes that are compared. */
export const SIZES = [10, 50, 300] as const;
const SEEDS = 20;
const FIRST_SEED = 1;

export type DialerRun = Comparison & {
  readonly does: 'compare' | 'tune' | 'predict' | 'help';
  readonly isJson: boolean;
  /** Of a prediction. */
  readonly minutes: number;
};

/** @throws an Error whose message says what is wrong with the command line */
export function readOptions(args: readonly string[]): DialerRun {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean' },
      json: { type: 'boolean' },
      tune: { type: 'boolean' },
      predict: { type: 'boolean' },
      scenario: { type: 'string', multiple: true },
      agents: { type: 'string', multiple: true },
      policy: { type: 'string', multiple: true },
      seeds: { type: 'string' },
      minutes: { type: 'string' },
    },
  });
  const does = values.help ? 'help' : values.tune ? 'tune' : values.predict ? 'predict' : 'compare';
  const seeds = whole('--seeds', values.seeds, does === 'predict' ? 400 : SEEDS, 2);
  return {
    does,
    isJson: values.json ?? false,
    scenarios: among('--scenario', values.scenario, DIALING_SCENARIOS),
    sizes:
      does === 'predict'
        ? (values.agents ?? ['20']).map((text) => whole('--agents', text, 20, 1))
        : among('--agents', values.agents, SIZES),
    policies: among('--policy', values.policy, DIALING_POLICIES),
    seeds: Array.from({ length: seeds }, (_, index) => FIRST_SEED + index),
    minutes: whole('--minutes', values.minutes, 5, 1),
  };
}

/** Those of `all` that were asked for, in the order of `all`; all of them, if none was. */
function among<A extends string | number>(
  option: string,
  asked: readonly string[] | undefined,
  all: readonly A[],
): readonly A[] {
  if (!asked) return all;
  const words = asked.flatMap((text) => text.split(','));
  const unknown = words.find((word) => !all.some((one) => String(one) === word));
  if (unknown !== undefined) throw new Error(`${option} ${unknown}: choose from ${all.join(', ')}`);
  return all.filter((one) => words.includes(String(one)));
}

function whole(option: string, text: string | undefined, usual: number, least: number): number {
  const number = text === undefined ? usual : Number(text);
  if (!Number.isInteger(number) || number < least)
    throw new Error(`${option} ${text}: give a whole number, at least ${least}`);
  return number;
}
