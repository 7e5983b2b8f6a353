import type { Draft } from './draft.ts';
import { Compiler } from './expression.ts';
import type { Signature } from './flow.ts';
import type { FlowFrame } from './grammar.ts';
import type { Report } from './report.ts';
import { type Expression, isExpression, type VariableType } from './values.ts';

/** A variable that is set from an expression whose type is not known yet. */
interface Open {
  readonly step: string;
  readonly name: string;
  readonly value: Expression;
}

/**
 * The variables of a flow with their types: what it takes, what its steps put into them, what flows that it calls give back.
 * Every variable has one type; where steps disagree that is reported.
 */
export function variableTypes(
  { steps }: Draft,
  frame: FlowFrame,
  report: Report,
  signature: (flow: string) => Signature | undefined,
): Readonly<Record<string, VariableType>> {
  const types: Record<string, VariableType> = { ...frame.takes };
  const open: Open[] = [];
  const take = (step: string, name: string, type: VariableType): void => {
    if (types[name] === undefined) types[name] = type;
    else if (types[name] !== type)
      report.add(
        ['steps', step],
        `step "${step}" makes "${name}" ${type}, elsewhere it is ${types[name]}`,
        'give one of them another name',
      );
  };
  for (const { name: step, kind, args } of steps) {
    for (const [name, value] of Object.entries(kind.sets?.(args) ?? {})) {
      if (isExpression(value)) open.push({ step, name, value });
      else take(step, name, value);
    }
    const called = kind.comesBack && kind.calls?.(args);
    const gives = called ? signature(called.flow)?.gives : undefined;
    for (const [name, type] of Object.entries(gives ?? {})) take(step, name, type);
  }
  // A variable may be set from another one: go round as long as that settles one more.
  for (let settled = true; settled && open.length > 0; ) {
    settled = false;
    const compiler = new Compiler(types, []);
    for (const one of open.splice(0)) {
      const compiled = compiler.compile(one.value);
      if (typeof compiled === 'string') open.push(one);
      else {
        take(one.step, one.name, compiled.type as VariableType);
        settled = true;
      }
    }
  }
  return types;
}

/** What there is, for hints. */
export function variablesHint(types: Readonly<Record<string, VariableType>>): string {
  const names = Object.keys(types);
  return names.length > 0 ? `there is ${names.join(', ')}` : 'there is none';
}
