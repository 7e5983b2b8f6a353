import { examine } from './doctor/examine.ts';
import type { Finding, Verdict } from './doctor/finding.ts';
import { coloured, counted, harmless, print } from './terminal.ts';

const COLOURS: Readonly<Record<Verdict, 'green' | 'yellow' | 'red'>> = {
  ok: 'green',
  warning: 'yellow',
  problem: 'red',
};
/** Widths of the first two columns. */
const VERDICT_WIDTH = 'problem'.length;
const CHECK_WIDTH = 'freeswitch-program '.length;

/** `carillon doctor`: what is wrong with this installation, and what to do. Returns the exit code: 1 on problems. */
export async function doctor(options: { readonly json?: boolean }): Promise<number> {
  const findings = await examine(process.env);
  const count = (verdict: Verdict): number => findings.filter((one) => one.verdict === verdict).length;
  const problems = count('problem');
  const warnings = count('warning');
  if (options.json) print(JSON.stringify({ findings, problems, warnings }, null, 2));
  else {
    for (const finding of findings) show(finding);
    print(`\n${counted(findings.length, 'check')}: ${summary(problems, warnings)}`);
  }
  return problems > 0 ? 1 : 0;
}

function show({ verdict, check, says, todo }: Finding): void {
  print(
    `${coloured(COLOURS[verdict], verdict.padEnd(VERDICT_WIDTH))}  ${check.padEnd(CHECK_WIDTH)} ${harmless(says)}`,
  );
  if (todo !== '') print(`${' '.repeat(VERDICT_WIDTH + CHECK_WIDTH + 3)}→ ${harmless(todo)}`);
}

function summary(problems: number, warnings: number): string {
  const parts = [
    ...(problems > 0 ? [coloured('red', counted(problems, 'problem'))] : []),
    ...(warnings > 0 ? [coloured('yellow', counted(warnings, 'warning'))] : []),
  ];
  return parts.length > 0 ? parts.join(', ') : coloured('green', 'all is well');
}
