import type { VariableValue } from '../call/call.ts';

/** Types of a flow's variables, in the words of the flow language. A time is ISO 8601 text in `Variables`. */
export const VARIABLE_TYPES = ['text', 'number', 'yes-no', 'time'] as const;
export type VariableType = (typeof VARIABLE_TYPES)[number];

/** What an expression has to give: a variable's type, any of them, or something to be spoken. */
export type Wanted = VariableType | 'any' | 'speech';

/** An expression as a file has it. It is compiled with the flow, whose variables it may name. */
export interface Expression {
  readonly expression: string;
  readonly wants: Wanted;
  /** May also use the secrets of the call: only for what is sent to a service. */
  readonly secrets?: true;
}

/** True for what a schema made of an expression. */
export function isExpression(value: unknown): value is Expression {
  return typeof value === 'object' && value !== null && 'expression' in value && 'wants' in value;
}

/** What a variable is before anything was put into it. */
export const UNSET: Readonly<Record<VariableType, VariableValue>> = {
  text: '',
  number: 0,
  'yes-no': false,
  time: '1970-01-01T00:00:00.000Z',
};
