import { z } from 'zod';
import { agentOf } from '../agent/http.ts';
import { Refused } from '../base/errors.ts';
import { type Api, type ApiParts, caller } from '../http/api.ts';
import { branchId, id, idParams, line, nameText, pageLimit, pageOf } from '../http/fields.ts';
import { ADMINISTERING_READERS, ADMINS, EVERY_ROLE } from '../http/roles.ts';
import { type Scope, scopeOf } from '../http/scope.ts';
import type { User } from './store.ts';
import { LOGIN, LONGEST_PASSWORD, loginOf } from './user.ts';

const userView = z
  .object({
    id: z.string(),
    login: z.string(),
    name: z.string(),
    role: z.enum(EVERY_ROLE),
    branch: z.string().describe('Empty for the head office'),
    agentId: z.string().nullable().describe('The agent whose seat is his'),
    createdAt: z.number().describe('UTC milliseconds'),
    passwordChangedAt: z.number(),
    disabledAt: z.number().nullable(),
  })
  .meta({ id: 'User' });
export type UserView = z.output<typeof userView>;

const login = z
  .string()
  .max(80)
  .transform(loginOf)
  .refine((text) => LOGIN.test(text), 'is not 1 to 40 letters, digits, dots, dashes or underscores');
const password = z.string().max(LONGEST_PASSWORD * 2);

const newUser = z.strictObject({
  login,
  name: nameText,
  role: z.enum(EVERY_ROLE),
  branch: branchId.optional().describe('That of whoever makes him, unless it is named'),
  agentId: id.optional(),
  password,
});
const changedUser = z.strictObject({
  name: nameText.optional(),
  role: z.enum(EVERY_ROLE).optional(),
  branch: branchId.optional(),
  agentId: id.nullable().optional(),
});

/** Routes of the users whom an admin keeps: those of his own part of the branches. */
export function userRoutes(api: Api, parts: ApiParts): void {
  readRoutes(api, parts);
  makeRoute(api, parts);
  changeRoute(api, parts);
  passwordRoute(api, parts);
  shortRoutes(api, parts);
}

function readRoutes(api: Api, { users }: ApiParts): void {
  api.get(
    '/api/users',
    {
      config: { allowed: ADMINISTERING_READERS, scope: 'branch' },
      schema: {
        tags: ['users'],
        summary: 'Users, by login',
        querystring: z.strictObject({
          text: line(80).optional().describe('Part of the login or the name'),
          role: z.enum(EVERY_ROLE).optional(),
          disabled: z.enum(['yes', 'no']).optional(),
          cursor: login.optional(),
          limit: pageLimit,
        }),
        response: { 200: pageOf(userView) },
      },
    },
    async (request) => {
      const { text, role, disabled, cursor, limit } = request.query;
      const scope = scopeOf(request);
      const found = await users.list({
        ...(text && { text }),
        role,
        isDisabled: disabled === undefined ? undefined : disabled === 'yes',
        branches: scope.isWhole ? undefined : scope.branches,
        after: cursor,
        limit,
      });
      const next = found.length < limit ? null : (found.at(-1)?.login ?? null);
      return { items: found.map(showUser), next };
    },
  );
  api.get(
    '/api/users/:id',
    {
      config: { allowed: ADMINISTERING_READERS, scope: 'branch' },
      schema: { tags: ['users'], summary: 'One user', params: idParams, response: { 200: userView } },
    },
    async (request) => showUser(await userOf(users, scopeOf(request), request.params.id)),
  );
}

function makeRoute(api: Api, parts: ApiParts): void {
  const { users, passwords, clock, ids, log } = parts;
  api.post(
    '/api/users',
    {
      config: { allowed: ADMINS, scope: 'branch' },
      schema: { tags: ['users'], summary: 'Makes a user', body: newUser, response: { 201: userView } },
    },
    async (request, reply) => {
      const { password: chosen, branch: named, ...facts } = request.body;
      const scope = scopeOf(request);
      const place = scope.placeIn(named);
      checkSeat(parts, scope, facts.agentId);
      const now = clock.now();
      const user: User = {
        ...facts,
        id: ids.next('u'),
        branch: place,
        passwordHash: await passwords.hashNew(chosen, facts.login),
        passwordChangedAt: now,
        createdAt: now,
      };
      await users.add(user);
      log.info({ user: user.id, role: user.role, by: caller(request).id }, 'a user was made');
      return reply.status(201).send(showUser(user));
    },
  );
}

function changeRoute(api: Api, parts: ApiParts): void {
  const { users, sessions, log } = parts;
  api.patch(
    '/api/users/:id',
    {
      config: { allowed: ADMINS, scope: 'branch' },
      schema: {
        tags: ['users'],
        summary: 'Changes what is named; another role, branch or seat signs him out',
        params: idParams,
        body: changedUser,
        response: { 200: userView },
      },
    },
    async (request) => {
      const scope = scopeOf(request);
      const before = await userOf(users, scope, request.params.id);
      const { branch: named, ...change } = request.body;
      // Null takes the seat away, whosever it is.
      checkSeat(parts, scope, change.agentId === undefined ? before.agentId : (change.agentId ?? undefined));
      const user = await users.change(before.id, {
        ...change,
        ...(named !== undefined && { branch: scope.placeIn(named) }),
      });
      await sessions.noticeEnded();
      log.info({ user: user.id, role: user.role, by: caller(request).id }, 'a user was changed');
      return showUser(user);
    },
  );
}

function passwordRoute(api: Api, parts: ApiParts): void {
  const { users, sessions, passwords, clock, log } = parts;
  api.post(
    '/api/users/:id/password',
    {
      config: { allowed: ADMINS, scope: 'branch' },
      schema: {
        tags: ['users'],
        summary: 'Gives him another password, and signs him out',
        params: idParams,
        body: z.strictObject({ password }),
        response: { 200: userView },
      },
    },
    async (request) => {
      const scope = scopeOf(request);
      const user = await userOf(users, scope, request.params.id);
      // Whoever knows his password sits in his seat.
      checkSeat(parts, scope, user.agentId);
      const passwordHash = await passwords.hashNew(request.body.password, user.login);
      const now = clock.now();
      await users.setPassword(user.id, passwordHash, now);
      await sessions.noticeEnded();
      log.info({ user: user.id, by: caller(request).id }, 'a user was given another password');
      return showUser({ ...user, passwordChangedAt: now });
    },
  );
}

function shortRoutes(api: Api, parts: ApiParts): void {
  const { users, sessions, clock, log } = parts;
  const acts = {
    disable: ['Keeps him out, at once', (user: User) => users.disable(user.id, clock.now())],
    enable: ['Lets him in again', (user: User) => users.enable(user.id)],
    'sign-out': ['Signs him out wherever he is signed in', (user: User) => users.signOut(user.id)],
  } as const;
  for (const [name, [summary, act]] of Object.entries(acts))
    api.post(
      `/api/users/:id/${name}`,
      {
        config: { allowed: ADMINS, scope: 'branch' },
        schema: { tags: ['users'], summary, params: idParams, response: { 200: userView } },
      },
      async (request) => {
        const scope = scopeOf(request);
        const user = await userOf(users, scope, request.params.id);
        if (name === 'enable') checkSeat(parts, scope, user.agentId);
        const changed = await act(user);
        await sessions.noticeEnded();
        log.info({ user: user.id, what: name, by: caller(request).id }, 'a user was changed');
        return showUser(changed);
      },
    );
}

/** @throws Refused `user-unknown`, also for one of another branch */
async function userOf(users: ApiParts['users'], scope: Scope, user: string): Promise<User> {
  const found = await users.byId(user);
  if (!found || !scope.sees(found.branch)) throw new Refused('user-unknown', `There is no user ${user}`);
  return found;
}

/** @throws Refused `agent-unknown`, also for one whom he does not see */
function checkSeat({ centre }: ApiParts, scope: Scope, agent: string | undefined): void {
  if (agent !== undefined) agentOf(centre, agent, scope);
}

function showUser({ passwordHash: _hash, agentId, disabledAt, ...user }: User): UserView {
  return { ...user, agentId: agentId ?? null, disabledAt: disabledAt ?? null };
}
