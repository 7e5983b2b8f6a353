import type { ASTNode, Environment } from '@marcbachmann/cel-js';

/** Expressions in which numbers of both kinds may be mixed: CEL keeps whole numbers and others apart; people do not. */
export function withMixedNumbers(env: Environment): Environment {
  const arithmetic = {
    '+': (a: number, b: number) => a + b,
    '-': (a: number, b: number) => a - b,
    '*': (a: number, b: number) => a * b,
    '/': (a: number, b: number) => a / b,
  };
  for (const [sign, apply] of Object.entries(arithmetic)) {
    env.registerOperator(`double ${sign} int: double`, (a: number, b: bigint) => apply(a, Number(b)));
    env.registerOperator(`int ${sign} double: double`, (a: bigint, b: number) => apply(Number(a), b));
  }
  env.registerOperator('double % double: double', (a: number, b: number) => a % b);
  env.registerOperator('double % int: double', (a: number, b: bigint) => a % Number(b));
  env.registerOperator('double in list<int>: bool', (a: number, list: readonly bigint[]) =>
    list.some((b) => a === Number(b)),
  );
  env.registerOperator('double == int: bool', (a: number, b: bigint) => a === Number(b));
  return env;
}

/** The parts of a node of an expression. @param args of the node, as the library gives them */
export function partsOf(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(partsOf);
  return typeof args === 'object' && args !== null && 'op' in args && 'input' in args
    ? [args as ASTNode]
    : [];
}
