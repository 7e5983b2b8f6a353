import { YAMLException } from 'js-yaml';
import { messageOf } from '../base/errors.ts';
import { type Problem, Report } from './report.ts';
import { plainData, readTree } from './yaml-tree.ts';

export const MAX_FILE_BYTES = 1_000_000;

export interface ReadYaml {
  /** Plain data; undefined when there are problems. */
  readonly content?: unknown;
  /** For further problems of this file. */
  readonly report?: Report;
  readonly problems: readonly Problem[];
}

/**
 * Reads YAML that may be anything. Never throws: it becomes data or a list of problems.
 * @param file as it is named in messages
 */
export function readYaml(withMark: string, file: string): ReadYaml {
  const text = withMark.replace(/^\ufeff/, '');
  const refuse = (message: string, hint = ''): ReadYaml => ({
    problems: [{ file, line: 1, column: 1, severity: 'error', message, hint }],
  });
  if (text.length > MAX_FILE_BYTES) return refuse('the file is larger than 1 MB');
  if (text.includes('\u0000') || text.includes('\ufffd'))
    return refuse('the file is not UTF-8 text', 'save it with the encoding UTF-8');
  const report = new Report(file, text);
  try {
    const tree = readTree(text, (start, message, hint) => report.at(start, message, hint));
    if (report.problems.length > 0) return { problems: report.problems };
    report.tree = tree;
    return { content: plainData(tree), report, problems: [] };
  } catch (thrown) {
    // After the first mistake in the form of the text, the others only follow from it.
    if (!(thrown instanceof YAMLException)) return refuse(messageOf(thrown));
    const position = thrown.mark?.position ?? 0;
    const foreign = foreignMark(text, position);
    if (foreign)
      report.at(
        foreign.at,
        `there is a ${foreign.mark} here`,
        `YAML wants ${foreign.instead}; in words, put the text into quotes`,
      );
    else report.at(position, ...wordingOf(thrown.reason));
    return { problems: report.problems };
  }
}

/** Marks of Chinese keyboards, and what YAML wants instead. */
const MARKS: Readonly<Record<string, string>> = {
  '：': ': and a space',
  '，': ', and a space',
  '“': '"',
  '”': '"',
  '｛': '{',
  '｝': '}',
  '［': '[',
  '］': ']',
  '　': 'plain spaces',
};

/** A full-width mark where YAML stumbled: in that line before the place, or in the line above. Those inside of quotes are meant. */
function foreignMark(
  text: string,
  position: number,
): { readonly at: number; readonly mark: string; readonly instead: string } | undefined {
  const lineStart = text.lastIndexOf('\n', position - 1) + 1;
  const from = text.lastIndexOf('\n', Math.max(0, lineStart - 2)) + 1;
  const end = text.indexOf('\n', position);
  const lines = text
    .slice(from, end < 0 ? undefined : end)
    .replace(/"[^"\n]*"|'[^'\n]*'/g, (quoted) => ' '.repeat(quoted.length));
  // Between words of a prompt they are at home: only what stands where YAML has its own marks is suspicious.
  const found = /(?<=[\w\]}"' -])[：，｛｝［］]|^[ \t]*　|[“”](?=[\w*#])/m.exec(lines);
  if (!found) return undefined;
  const mark = found[0].trim() === '' ? '　' : found[0];
  return {
    at: from + found.index + found[0].length - 1,
    mark: mark === '　' ? 'full-width space' : mark,
    instead: MARKS[mark] ?? 'its ASCII sign',
  };
}

/** The library's words, in those of somebody who never heard of YAML where it matters. */
function wordingOf(reason: string): [message: string, hint: string] {
  if (reason.includes('tab characters')) return ['tabs are not allowed as indentation', 'use spaces'];
  if (reason.includes('maxDepth')) return ['there are too many levels', 'write it in fewer'];
  if (reason.startsWith('bad indentation'))
    return ['this is not understood', 'look at the indentation, and put text with : or # or @ into quotes'];
  if (reason.includes('flow collection'))
    return ['a bracket is not closed', 'look for the { or [ without its } or ]'];
  if (reason.includes('quoted scalar')) return ['a quote is not closed', 'add the missing quote'];
  if (reason.startsWith('deficient indentation'))
    return [
      'this line is indented too little',
      'look for a } or ] that is missing above, and for # without quotes',
    ];
  if (reason.startsWith("expected ':'"))
    return ['a name without its value', 'write "name: value", with a space after the colon'];
  return [reason, ''];
}
