import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { said, textOf } from '../../../src/base/said.ts';
import { sentenceIn } from '../../../src/console/parts/sentence-in.ts';
import { CHINESE } from '../../../src/console/texts/sentences/chinese.ts';
import { inProject } from '../../../src/setup/project.ts';

const folder = inProject('src');
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.startsWith('console/') && path !== 'base/said.ts')
  .map((path) => readFileSync(join(folder, path), 'utf8'));

/** The form of every sentence that the server takes apart. */
const forms = new Set(sources.flatMap(formsIn));

function formsIn(text: string): string[] {
  return [...text.matchAll(/(?<=[([{?:|&>=,]\s*|return )said`/g)].map(({ index }) => {
    let form = '';
    let at = index + 'said`'.length;
    for (let values = 0; text[at] !== '`'; at += 1) {
      if (!text.startsWith('${', at)) form += text[at];
      else {
        form += `{${values}}`;
        values += 1;
        let depth = 0;
        for (at += 1; ; at += 1) {
          if (text[at] === '{') depth += 1;
          if (text[at] === '}') depth -= 1;
          if (depth === 0) break;
        }
      }
    }
    return form;
  });
}

const placesIn = (text: string): string[] => text.match(/\{\d+\}/g) ?? [];

test('every sentence that the server takes apart has Chinese words', () => {
  expect(forms.size).toBeGreaterThan(50);
  expect([...forms].filter((form) => !Object.hasOwn(CHINESE, form))).toEqual([]);
});

test('Chinese sentences are Chinese and fill in what the English ones do', () => {
  const wrong = Object.entries(CHINESE).filter(
    ([form, words]) =>
      placesIn(form).toSorted().join() !== placesIn(words).toSorted().join() ||
      (/[a-z]{3}/.test(form.replace(/\{\d+\}/g, '')) && !/\p{Script=Han}/u.test(words)),
  );
  expect(wrong).toEqual([]);
});

test('words of one form that nobody says any more are taken out', () => {
  const written = sources.join('\n');
  const isSaid = (form: string): boolean =>
    forms.has(form) || /['"`]/.test(form) || written.includes(form) || written.includes(lowered(form));
  expect(Object.keys(CHINESE).filter((form) => !isSaid(form))).toEqual([]);
});

const lowered = (form: string): string => form.slice(0, 1).toLowerCase() + form.slice(1);

test.each([
  [said`there is no step "${'a {1} b'}"`, '没有步骤“a {1} b”', 'there is no step "a {1} b"'],
  [
    said`"${'start'}" is missing: ${said`there is ${'x'}`}`,
    '缺少“start”：可用：x',
    '"start" is missing: there is x',
  ],
  [said`nobody has words for ${'this'}`, 'nobody has words for this', 'nobody has words for this'],
])('a sentence is said with its values in Chinese and in English: %j', (sentence, chinese, english) => {
  expect(sentenceIn(CHINESE, sentence)).toBe(chinese);
  expect(sentenceIn({}, sentence)).toBe(english);
  expect(textOf(sentence)).toBe(english);
});

test('what is plain text stays what it is where it has no words', () => {
  expect(sentenceIn(CHINESE, 'something {0} else')).toBe('something {0} else');
  expect(sentenceIn(CHINESE, 'constructor')).toBe('constructor');
});
