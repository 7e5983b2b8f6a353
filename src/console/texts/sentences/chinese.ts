import { CALL_STORY } from './call-story.ts';
import { FLOW_CHANGES } from './flow-changes.ts';
import { FLOW_PROBLEMS } from './flow-problems.ts';
import { ROUTING_PROBLEMS } from './routing-problems.ts';

/** The server's sentences in Chinese, by their English form. */
export const CHINESE: Readonly<Record<string, string>> = {
  ...CALL_STORY,
  ...FLOW_CHANGES,
  ...FLOW_PROBLEMS,
  ...ROUTING_PROBLEMS,
};
