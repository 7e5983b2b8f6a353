import type { SourceFile } from '../../ivr/flow-set.ts';
import { numberOf } from './callers.ts';
import type { CallerGroup, Scenario } from './scenario.ts';

/** What callers of each group go through: they are found by their number, listen to a menu, and wait. */
export function flowsOf({ callers, zone }: Scenario): SourceFile[] {
  const flows = callers.map((group, index) => ({ file: `lab-${index}.yaml`, text: flowOf(group, index) }));
  return [{ file: 'shared.yaml', text: `zone: ${zone}\n` }, ...flows];
}

function flowOf({ queue, tier, menuMs, language }: CallerGroup, index: number): string {
  const seconds = Math.round(menuMs / 1000);
  const steps = [
    ...(tier === '' ? [] : ['who: { find-customer: caller-number, then: NEXT }']),
    ...(seconds > 0 ? [`menu: { pause: ${seconds}s, then: NEXT }`] : []),
    `wait: { queue: { name: "${queue}" }, then: end }`,
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
