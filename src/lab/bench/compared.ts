/** Figures of several PBXs beside each other. */
import { PBX_KINDS, type PbxKind } from '../../setup/pbx-installation.ts';

export const PBX_TITLES: Readonly<Record<PbxKind, string>> = {
  asterisk: 'Asterisk',
  freeswitch: 'FreeSWITCH',
};
const FIRST_WIDTH = 28;
const WIDTH = 36;

/** What `--pbx` says. @throws Error for what is none */
export function pbxKindIn(word: string): PbxKind {
  const kind = PBX_KINDS.find((one) => one === word);
  if (kind) return kind;
  throw new Error(`--pbx takes ${PBX_KINDS.join(' or ')}, not "${word}".`);
}

/** The kinds that are measured when this one is asked for, which comes first: Asterisk is what others are compared with. */
export function comparedWith(wanted: PbxKind, isAlone: boolean): readonly PbxKind[] {
  return wanted === 'asterisk' || isAlone ? [wanted] : [wanted, 'asterisk'];
}

/** A column of a table. */
export type Column<Figures> = readonly [title: string, of: Figures];

/** The PBXs that have figures, in the order in which they are shown. */
export function measuredIn<Figures>(
  figures: Readonly<Partial<Record<PbxKind, Figures>>>,
): readonly (readonly [kind: PbxKind, of: Figures])[] {
  return PBX_KINDS.flatMap((kind) => {
    const of = figures[kind];
    return of === undefined ? [] : [[kind, of] as const];
  });
}

/** A table of text with a row for each name. */
export function sideBySide<Figures>(
  columns: readonly Column<Figures>[],
  rows: readonly (readonly [name: string, show: (of: Figures) => string])[],
): string {
  const line = (name: string, cells: readonly string[]): string =>
    `${name.padEnd(FIRST_WIDTH)}${cells.map((cell) => cell.padEnd(WIDTH)).join('')}`.trimEnd();
  const titles = columns.map(([title]) => title);
  const lines = rows.map(([name, show]) => {
    const cells = columns.map(([, of]) => show(of));
    return line(name, cells);
  });
  return [line('', titles), ...lines, ''].join('\n');
}
