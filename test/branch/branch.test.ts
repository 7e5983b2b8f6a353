import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Branch, BranchTree, MOST_LEVELS } from '../../src/branch/branch.ts';

/**
 * head office ─┬─ hubei ─┬─ wuhan ── guanggu
 *              │         └─ yichang
 *              └─ beijing ── jinrongjie
 */
const BRANCHES: readonly Branch[] = [
  { id: 'guanggu', name: '光谷支行', parent: 'wuhan' },
  { id: 'wuhan', name: '武汉分行', parent: 'hubei' },
  { id: 'yichang', name: '宜昌分行', parent: 'hubei' },
  { id: 'hubei', name: '湖北省分行', parent: '' },
  { id: 'jinrongjie', name: '金融街支行', parent: 'beijing' },
  { id: 'beijing', name: '北京分行', parent: '' },
];
const tree = new BranchTree(BRANCHES);
const idsOf = (branches: readonly Branch[]) => branches.map(({ id }) => id);

describe('who belongs to a branch', () => {
  test.each([
    // scope, branch, covers
    ['', '', true],
    ['', 'guanggu', true],
    ['', 'gone', true],
    ['hubei', 'hubei', true],
    ['hubei', 'guanggu', true],
    ['wuhan', 'guanggu', true],
    ['guanggu', 'wuhan', false],
    ['wuhan', 'yichang', false],
    ['beijing', 'guanggu', false],
    ['hubei', '', false],
    ['hubei', 'gone', false],
    ['gone', 'gone', false],
    ['gone', 'hubei', false],
  ])('%j covers %j: %j', (scope, branch, covers) => {
    expect(tree.covers(scope, branch)).toBe(covers);
  });

  test('a branch covers what its parent covers of it, and nothing beside it', () => {
    const id = fc.integer({ min: 0, max: 30 });
    const trees = fc.array(fc.tuple(id, fc.boolean()), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(trees, fc.nat(), fc.nat(), (parents, one, other) => {
        // Each lies below an earlier one, so that there is no circle.
        const branches = parents.map(([above, isTop], index) => ({
          id: `b${index}`,
          name: `b${index}`,
          parent: isTop || index === 0 ? '' : `b${above % index}`,
        }));
        const random = new BranchTree(branches);
        const scope = `b${one % branches.length}`;
        const branch = `b${other % branches.length}`;
        if (random.path(branch).length >= MOST_LEVELS) return;
        expect(random.covers(scope, branch)).toBe(idsOf(random.within(scope)).includes(branch));
        expect(random.covers(scope, branch)).toBe(idsOf(random.path(branch)).includes(scope));
      }),
    );
  });
});

describe('a tree of branches', () => {
  test('tells the way from the top down to a branch', () => {
    expect(idsOf(tree.path('guanggu'))).toEqual(['hubei', 'wuhan', 'guanggu']);
    expect(tree.path('')).toEqual([]);
    expect(tree.path('gone')).toEqual([]);
  });

  test('lists each branch before those below it', () => {
    expect(idsOf(tree.within(''))).toEqual(['beijing', 'jinrongjie', 'hubei', 'yichang', 'wuhan', 'guanggu']);
    expect(idsOf(tree.within('wuhan'))).toEqual(['wuhan', 'guanggu']);
    expect(tree.within('gone')).toEqual([]);
  });

  test.each([
    ['below one that is not there', { id: 'new', parent: 'gone' }, 'bad-branch'],
    ['below itself', { id: 'wuhan', parent: 'wuhan' }, 'branch-cycle'],
    ['below one that lies below it', { id: 'hubei', parent: 'guanggu' }, 'branch-cycle'],
  ])('takes no branch %s', (_what, branch, id) => {
    expect(() => tree.check({ ...branch, name: 'x' })).toThrow(expect.objectContaining({ id }));
  });

  test.each([
    ['a new one', { id: 'new', parent: 'guanggu' }],
    ['one at the top', { id: 'wuhan', parent: '' }],
    ['one that moves with all below it', { id: 'wuhan', parent: 'beijing' }],
  ])('takes %s', (_what, branch) => {
    expect(() => tree.check({ ...branch, name: 'x' })).not.toThrow();
  });

  test('grows no higher than its limit, whether a branch is added or moved with those below it', () => {
    const chain = Array.from({ length: MOST_LEVELS }, (_, level) => ({
      id: `b${level}`,
      name: 'x',
      parent: level === 0 ? '' : `b${level - 1}`,
    }));
    const high = new BranchTree([...chain, { id: 'low', name: 'x', parent: '' }]);
    const tooDeep = expect.objectContaining({ id: 'branch-too-deep' });
    expect(() => high.check({ id: 'new', name: 'x', parent: `b${MOST_LEVELS - 1}` })).toThrow(tooDeep);
    expect(() => high.check({ id: 'b1', name: 'x', parent: 'low' })).not.toThrow();
    const pair = new BranchTree([...chain.slice(0, -1), { id: 'low', name: 'x', parent: '' }, LOWER]);
    expect(() => pair.check({ id: 'low', name: 'x', parent: `b${MOST_LEVELS - 3}` })).not.toThrow();
    expect(() => pair.check({ id: 'low', name: 'x', parent: `b${MOST_LEVELS - 2}` })).toThrow(tooDeep);
  });

  test('with a circle in it, made by hand, answers all the same', () => {
    const circle = new BranchTree([
      { id: 'a', name: 'a', parent: 'b' },
      { id: 'b', name: 'b', parent: 'a' },
    ]);
    expect(circle.covers('x', 'a')).toBe(false);
    expect(circle.covers('', 'a')).toBe(true);
    expect(circle.within('')).toEqual([]);
    expect(circle.path('a').length).toBeLessThanOrEqual(MOST_LEVELS);
  });
});

const LOWER: Branch = { id: 'lower', name: 'x', parent: 'low' };
