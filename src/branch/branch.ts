import { Refused } from '../base/errors.ts';

/*
 * The theory. Branches are a tree. Its root is the head office, which is no branch: its id is ''. Whoever belongs to a branch
 * covers that branch and all below it; whoever belongs to the head office covers everything. Covering climbs from a branch to the
 * root, which a tree as low as this makes cheap, and climbs no further than the tree may be high: so nothing goes round for ever,
 * not even when the table was changed by hand.
 */

/** Scope of whoever sees all branches, and branch of what belongs to none. */
export const HEAD_OFFICE = '';

/** Levels below the head office. */
export const MOST_LEVELS = 12;

export interface Branch {
  readonly id: string;
  readonly name: string;
  /** The branch right above it, or the head office. */
  readonly parent: string;
}

/** All branches as they are at one moment. */
export class BranchTree {
  readonly #byId: ReadonlyMap<string, Branch>;

  constructor(branches: readonly Branch[]) {
    this.#byId = new Map(branches.map((branch) => [branch.id, branch]));
  }

  /** Whether there is a branch `id`; there always is a head office. */
  has(id: string): boolean {
    return id === HEAD_OFFICE || this.#byId.has(id);
  }

  /** @throws Refused `branch-unknown` for any but a branch; the head office is none */
  branch(id: string): Branch {
    const branch = this.#byId.get(id);
    if (!branch) throw unknownBranch(id);
    return branch;
  }

  /** Whether `branch` is `scope` or lies below it. Of a branch that is not there only the head office sees anything. */
  covers(scope: string, branch: string): boolean {
    if (scope === HEAD_OFFICE) return true;
    let at = this.#byId.get(branch);
    for (let level = 0; at && level < MOST_LEVELS; level += 1) {
      if (at.id === scope) return true;
      at = this.#byId.get(at.parent);
    }
    return false;
  }

  /** From the topmost branch down to this one; empty for the head office. */
  path(branch: string): readonly Branch[] {
    const path: Branch[] = [];
    for (let at = this.#byId.get(branch); at && path.length < MOST_LEVELS; at = this.#byId.get(at.parent))
      path.unshift(at);
    return path;
  }

  /** What `scope` covers, each branch before those below it, and those of one parent by name. */
  within(scope: string): readonly Branch[] {
    const below = Map.groupBy(this.#byId.values(), ({ parent }) => parent);
    for (const children of below.values()) children.sort(byName);
    const found: Branch[] = [];
    const add = (branch: Branch, level: number): void => {
      if (level > MOST_LEVELS) return;
      found.push(branch);
      for (const child of below.get(branch.id) ?? []) add(child, level + 1);
    };
    const top = this.#byId.get(scope);
    if (top) add(top, 1);
    else if (scope === HEAD_OFFICE) for (const branch of below.get(HEAD_OFFICE) ?? []) add(branch, 1);
    return found;
  }

  /**
   * Refuses a branch that the tree cannot take: new, or in another place than before.
   * @throws Refused `bad-branch`, `branch-cycle`, `branch-too-deep`
   */
  check({ id, parent }: Branch): void {
    if (!this.has(parent))
      throw new Refused('bad-branch', `parent: there is no branch ${parent}`, {
        issues: [{ at: 'parent', problem: `there is no branch ${parent}` }],
      });
    if (id === parent || this.covers(id, parent))
      throw new Refused('branch-cycle', `Branch ${parent} is part of ${id}: it cannot be above it as well`);
    if (this.path(parent).length + this.#height(id) > MOST_LEVELS)
      throw new Refused('branch-too-deep', `Branches go ${MOST_LEVELS} levels deep: put it higher up`);
  }

  /** Levels from this branch down to the lowest below it, itself included. */
  #height(id: string): number {
    const above = this.path(id).length;
    const levels = this.within(id).map((branch) => this.path(branch.id).length - above + 1);
    return Math.max(1, ...levels);
  }
}

/** The refusal of a branch that is not there, or not for whoever asks. */
export function unknownBranch(id: string): Refused {
  return new Refused('branch-unknown', `There is no branch ${id}`);
}

function byName(a: Branch, b: Branch): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}
