import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import { type Api, type ApiParts, caller, signed } from '../http/api.ts';
import { id, idParams, nameText } from '../http/fields.ts';
import { ADMINS, EVERY_ROLE } from '../http/roles.ts';
import { notYours, type Scope, scopeOf } from '../http/scope.ts';
import { type Branch, type BranchTree, HEAD_OFFICE, unknownBranch } from './branch.ts';

const branchView = z
  .object({
    id: z.string(),
    name: z.string(),
    parent: z.string().describe('The branch right above it, empty for the head office'),
  })
  .meta({ id: 'Branch', description: 'A part of the organisation.' });
export type BranchView = z.output<typeof branchView>;

const branchesView = z.object({
  own: z.string().describe('The branch of whoever asks, empty for the head office'),
  above: z.array(branchView).describe('From the topmost branch down to the one right above his own'),
  items: z.array(branchView).describe('His own branch and those below it, each before those below it'),
});
export type BranchesView = z.output<typeof branchesView>;

const parent = id.or(z.literal('')).describe('The branch right above it, empty for the head office');
const newBranch = z.strictObject({ id, name: nameText, parent });
const changes = z.strictObject({ name: nameText.optional(), parent: parent.optional() });

/** Routes of the branch tree: who belongs where is said by those things themselves. */
export function branchRoutes(api: Api, parts: ApiParts): void {
  listRoute(api, parts);
  addRoute(api, parts);
  changeRoutes(api, parts);
}

function listRoute(api: Api, { branches }: ApiParts): void {
  api.get(
    '/api/branches',
    {
      config: { allowed: EVERY_ROLE, scope: 'branch' },
      schema: {
        tags: ['branches'],
        summary: 'The branches that whoever asks sees, and those above them',
        response: { 200: branchesView },
      },
    },
    async (request) => {
      const { branch: own } = caller(request);
      const above = branches.tree.path(own).slice(0, -1);
      return { own, above: [...above], items: [...branches.tree.within(own)] };
    },
  );
}

function addRoute(api: Api, { branches, clock }: ApiParts): void {
  api.post(
    '/api/branches',
    {
      config: { allowed: ADMINS, scope: 'branch' },
      schema: {
        tags: ['branches'],
        summary: 'Adds a branch below one of your own',
        body: newBranch,
        response: { 201: branchView },
      },
    },
    async (request, reply) => {
      const branch = request.body;
      checkYours(scopeOf(request), branch.parent);
      if (branches.tree.has(branch.id))
        throw new Refused('branch-exists', `There is a branch ${branch.id} already`);
      await branches.save(branch, { by: signed(caller(request)), at: clock.now() });
      return reply.status(201).send(branch);
    },
  );
}

function changeRoutes(api: Api, { branches, clock }: ApiParts): void {
  api.patch(
    '/api/branches/:id',
    {
      config: { allowed: ADMINS, scope: 'branch' },
      schema: {
        tags: ['branches'],
        summary: 'Renames a branch, or moves it with all that lies below it',
        params: idParams,
        body: changes,
        response: { 200: branchView },
      },
    },
    async (request) => {
      const scope = scopeOf(request);
      const before = belowYours(scope, branches.tree, caller(request).branch, request.params.id);
      const branch = { ...before, ...request.body };
      checkYours(scope, branch.parent);
      await branches.save(branch, { by: signed(caller(request)), at: clock.now() });
      return branch;
    },
  );
  api.delete(
    '/api/branches/:id',
    {
      config: { allowed: ADMINS, scope: 'branch' },
      schema: {
        tags: ['branches'],
        summary: 'Removes a branch to which nothing belongs',
        params: idParams,
        response: { 200: branchView.describe('As it was') },
      },
    },
    async (request) => {
      const branch = belowYours(scopeOf(request), branches.tree, caller(request).branch, request.params.id);
      await branches.remove(branch.id, { by: signed(caller(request)), at: clock.now() });
      return branch;
    },
  );
}

/** @throws Refused `branch-not-yours` */
function checkYours(scope: Scope, branch: string): void {
  if (!scope.sees(branch)) throw notYours(branch);
}

/** A branch that he may change: his own is for those above him. @throws Refused `branch-unknown`, `branch-not-yours` */
function belowYours(scope: Scope, tree: BranchTree, own: string, wanted: string): Branch {
  if (wanted === HEAD_OFFICE || !scope.sees(wanted)) throw unknownBranch(wanted);
  const branch = tree.branch(wanted);
  if (wanted === own) throw notYours(branch.parent);
  return branch;
}
