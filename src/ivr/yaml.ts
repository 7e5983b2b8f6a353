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
    report.at(thrown.mark?.position ?? 0, ...wordingOf(thrown.reason));
    return { problems: report.problems };
  }
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
  return [reason, ''];
}
