import { isMap, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { messageOf } from '../base/errors.ts';
import { type Problem, Report } from './report.ts';

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
export function readYaml(text: string, file: string): ReadYaml {
  const refuse = (message: string, hint = ''): ReadYaml => ({
    problems: [{ file, line: 1, column: 1, severity: 'error', message, hint }],
  });
  if (text.length > MAX_FILE_BYTES) return refuse('the file is larger than 1 MB');
  if (text.includes('\u0000') || text.includes('\ufffd'))
    return refuse('the file is not UTF-8 text', 'save it with the encoding UTF-8');
  try {
    const lines = new LineCounter();
    const document = parseDocument(text, {
      lineCounter: lines,
      uniqueKeys: false,
      strict: true,
      merge: false,
    });
    const report = new Report(file, lines, document);
    // After the first mistake in the form of the text, the others only follow from it.
    const [malformed] = document.errors;
    if (malformed) report.at(malformed.pos[0], ...wordingOf(malformed.code, malformed.message));
    else checkNames(document, report);
    if (report.problems.length > 0) return { problems: report.problems };
    return { content: document.toJS({ maxAliasCount: 20 }), report, problems: [] };
  } catch (thrown) {
    // The library runs out of stack where brackets go thousands deep, and counts aliases.
    return refuse(messageOf(thrown), 'write it out, without & and * and in fewer levels');
  }
}

function wordingOf(code: string, message: string): [message: string, hint: string] {
  const [first = ''] = message.split('\n');
  const plain = first.replace(/ at line \d+.*$/, '');
  switch (code) {
    case 'TAB_AS_INDENT':
      return [plain, 'use spaces'];
    case 'RESOURCE_EXHAUSTION':
      return ['there are too many levels', 'write it in fewer'];
    default:
      return [plain, ''];
  }
}

/** Names that mean something to the machine and nothing to people. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/** `1` and `"1"` are two keys for YAML and one for everybody else. */
function checkNames(document: ReturnType<typeof parseDocument>, report: Report): void {
  visit(document, {
    Map: (_key, map) => {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) {
          if (isMap(map)) report.at(map.range?.[0] ?? 0, 'a name has to be plain text');
          continue;
        }
        const name = String(key.value);
        if (FORBIDDEN.has(name))
          report.at(key.range?.[0] ?? 0, `"${name}" cannot be a name`, 'choose another');
        if (seen.has(name))
          report.at(key.range?.[0] ?? 0, `"${name}" is there twice`, 'take one of them out');
        seen.add(name);
      }
    },
  });
}
