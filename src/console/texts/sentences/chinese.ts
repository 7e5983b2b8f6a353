import { FLOW_CHANGES } from './flow-changes.ts';
import { FLOW_PROBLEMS } from './flow-problems.ts';
import { ROUTING_PROBLEMS } from './routing-problems.ts';

/** The server's sentences in Chinese, by their English form. */
export const CHINESE: Readonly<Record<string, string>> = {
  ...FLOW_CHANGES,
  ...FLOW_PROBLEMS,
  ...ROUTING_PROBLEMS,
};
