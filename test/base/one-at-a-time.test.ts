import { expect, test } from 'vitest';
import { OneAtATime } from '../../src/base/one-at-a-time.ts';

function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

test('works of one key run one after the other, others beside them', async () => {
  const works = new OneAtATime();
  const { open, opened } = gate();
  const done: string[] = [];
  const first = works.run('a', async () => {
    await opened;
    done.push('a1');
  });
  const second = works.run('a', async () => {
    done.push('a2');
  });
  await works.run('b', async () => {
    done.push('b');
  });
  expect(done).toEqual(['b']);
  open();
  await Promise.all([first, second]);
  expect(done).toEqual(['b', 'a1', 'a2']);
});

test('a work that fails tells whoever asked for it, keeps nobody up, and nothing is left of it', async () => {
  const works = new OneAtATime();
  const failed = works.run('a', async () => {
    throw new Error('no');
  });
  const after = works.run('a', async () => 7);
  await expect(failed).rejects.toThrow('no');
  expect(await after).toBe(7);
  expect(works.size).toBe(0);
});
