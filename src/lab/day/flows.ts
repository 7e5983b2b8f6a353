import type { SourceFile } from '../../ivr/flow-set.ts';
import { numberOf } from './callers.ts';
import { CALL_ME_BACK, PROMISE } from './flow-words.ts';
import type { CallerGroup, Scenario } from './scenario.ts';

/** What callers of each group go through: they are found by their number, listen to a menu, and wait. */
export function flowsOf({ callers, zone }: Scenario): SourceFile[] {
  const flows = callers.map((group, index) => ({ file: `lab-${index}.yaml`, text: flowOf(group, index) }));
  return [{ file: 'shared.yaml', text: `zone: ${zone}\n` }, ...flows];
}

function flowOf({ queue, tier, menuMs, language, callback }: CallerGroup, index: number): string {
  const seconds = Math.round(menuMs / 1000);
  const keys = callback ? `, keys: { "${CALL_ME_BACK}": note }` : '';
  const steps = [
    ...(tier === '' ? [] : ['who: { find-customer: caller-number, then: NEXT }']),
    ...(seconds > 0 ? [`menu: { pause: ${seconds}s, then: NEXT }`] : []),
    `wait: { queue: { name: "${queue}"${keys} }, then: end }`,
    ...(callback
      ? [
          `note: { callback: { queue: "${queue}", tries: 2, again: 1m }, then: { done: promise, no-number: end } }`,
          `promise: { say: { zh-CN: ${PROMISE}, en: ${PROMISE} }, then: end }`,
        ]
      : []),
    'end: { hangup: {} }',
  ].map((step, at, all) => step.replace('NEXT', all[at + 1]?.split(':', 1)[0] ?? ''));
  const start = steps[0]!.split(':', 1)[0];
  return `flow: lab-${index}
numbers: ["${numberOf(index)}"]
languages: ["${language === '' ? 'zh-CN' : language}"]
start: ${start}
steps:
${steps.map((step) => `  ${step}\n`).join('')}`;
}
