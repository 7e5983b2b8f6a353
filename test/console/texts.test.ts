import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { messages } from '../../src/console/texts/all.ts';
import type { Words } from '../../src/console/texts/texts.ts';
import { inProject } from '../../src/setup/project.ts';

const folder = inProject('src/console');
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .sort()
  .filter((path) => /\.(ts|vue)$/.test(path) && !path.startsWith('texts/'))
  .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
const areas = readdirSync(join(folder, 'texts')).filter((name) =>
  /^(?!(?:all|texts)\.)[\w-]+\.ts$/.test(name),
);

const HAN = /\p{Script=Han}/u;
/** What is called so in both languages. */
const SAME_IN_BOTH = /^[\s\d\p{P}\p{S}]*$|\{\w+\}|^(?:[A-Z0-9./%·\s-]|Carillon|Asterisk|Excel|ms|kB|MB)+$/u;

function flat(words: Words, prefix = ''): [string, string][] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${prefix}${key}`, value]] : flat(value, `${prefix}${key}.`),
  );
}
const chinese = new Map(flat(messages['zh-CN']));
const english = new Map(flat(messages.en));
const placesIn = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).sort();

test('there are words of every area', () => {
  expect(areas.length).toBeGreaterThan(3);
  expect(Object.keys(messages.en)).toHaveLength(areas.length);
});

test('both languages have the same keys, none of them empty', () => {
  expect([...chinese.keys()]).toEqual([...english.keys()]);
  expect([...chinese, ...english].filter(([, text]) => text.trim() === '')).toEqual([]);
});

test('Chinese is Chinese, English is English', () => {
  expect([...english].filter(([, text]) => HAN.test(text))).toEqual([]);
  const untranslated = [...chinese].filter(
    ([key, text]) => !HAN.test(text) && english.get(key) === text && !SAME_IN_BOTH.test(text),
  );
  expect(untranslated).toEqual([]);
});

test('both languages fill in the same places', () => {
  const different = [...chinese].filter(
    ([key, text]) => placesIn(text).join() !== placesIn(english.get(key) ?? '').join(),
  );
  expect(different).toEqual([]);
});

test('every key that a page names is there', () => {
  const named = sources.flatMap(({ path, text }) =>
    [...text.matchAll(/\bt\(\s*'([\w.-]+)'\s*[,)]/g)].map(([, key]) => ({ path, key: key! })),
  );
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter(({ key }) => !english.has(key))).toEqual([]);
});

test('no page has words of its own', () => {
  const own = sources
    .filter(({ path }) => path.endsWith('.vue') && path !== 'parts/LanguageSwitch.vue')
    .flatMap(({ path, text }) => {
      const template = /<template>([\s\S]*)<\/template>/.exec(text)?.[1] ?? '';
      const plain = template.replace(/<!--[\s\S]*?-->/g, '').replace(/\{\{[\s\S]*?\}\}/g, '');
      const shown = [...plain.matchAll(/>([^<>]*)</g)].map(([, piece]) => piece!.trim());
      const attributes = [
        ...plain.matchAll(/\s(?:title|label|placeholder|alt|aria-label|description)="([^"]+)"/g),
      ];
      return [...shown, ...attributes.map(([, value]) => value!)]
        .filter((piece) => /\p{L}{2,}/u.test(piece.replace(/&\w+;|^(?:zh-CN|en)$/g, '')))
        .map((piece) => ({ path, piece }));
    });
  expect(own).toEqual([]);
  // A language is called by its own name, and a new flow speaks both.
  expect(sources.filter(({ text }) => HAN.test(text)).map(({ path }) => path)).toEqual([
    'pages/flows/Flow.vue',
    'parts/LanguageSwitch.vue',
  ]);
});
