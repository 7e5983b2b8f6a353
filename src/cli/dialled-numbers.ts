import { readFile } from 'node:fs/promises';
import { type ClassOfService, classOf, groupOf, judge } from '../call/class-of-service.ts';
import { readClassOfService } from '../engine/class-of-service-file.ts';
import type { Flow } from '../ivr/flow.ts';
import type { Problem } from '../ivr/report.ts';

/** The rules of class of service that flows are checked against; undefined when they cannot be used, and `remark` says so. */
export async function rulesFor(
  file: string,
): Promise<{ readonly rules?: ClassOfService; readonly remark: string }> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const { rules } = readClassOfService(text, file);
  if (rules) return { rules, remark: '' };
  return { remark: 'dialled numbers were not checked: see npx carillon dial-plan check' };
}

/** Warns of each outside number that a flow dials and its class may not reach. */
export function deniedNumbers(flow: Flow, rules: ClassOfService): Problem[] {
  const source = { kind: 'flow', name: flow.name } as const;
  return [...flow.steps.values()].flatMap(({ name, kind, args, line, column }) => {
    const number = kind.outsideNumber?.(args);
    if (number === undefined || judge(rules, number, [source]).is !== 'denied') return [];
    const group = groupOf(rules, number)?.name;
    const why =
      group === undefined
        ? 'is in no group of numbers, so nobody may'
        : `is ${group}, and class ${classOf(rules, source)} of this flow does not have that`;
    return {
      file: flow.file,
      line,
      column,
      severity: 'warning',
      message: `step "${name}" dials ${number}, which ${why}`,
      hint: `see npx carillon dial-plan check ${number} --flow ${flow.name}`,
    };
  });
}
