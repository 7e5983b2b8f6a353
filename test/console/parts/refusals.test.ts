import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { refusals } from '../../../src/console/texts/refusals.ts';
import { inProject } from '../../../src/setup/project.ts';

/** What only starts, commands and benches run into. */
const ELSEWHERE = /^(?:main\.ts|cli\b|setup\/|lab\/(?:day|dialing|bench)\/|replay\/|console\/)/;
/** What keeps a centre from starting, so that there is no page yet. */
const BEFORE_ANY_PAGE = [
  'bad-setting',
  'bad-short-codes',
  'bad-store',
  'no-right',
  'old-node',
  'old-store',
  'store-newer',
];

const folder = inProject('src');
const ids = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !ELSEWHERE.test(path))
  .flatMap((path) => [
    ...readFileSync(join(folder, path), 'utf8').matchAll(/new Refused\(\s*(?:[^,()]*\?\s*)?'([a-z-]+)'/g),
  ])
  .map(([, id]) => id!);

test('every refusal that a page can meet has words', () => {
  expect(ids.length).toBeGreaterThan(100);
  const lacking = new Set(ids.filter((id) => !Object.hasOwn(refusals.en, id)));
  expect([...lacking].toSorted()).toEqual(BEFORE_ANY_PAGE);
});
