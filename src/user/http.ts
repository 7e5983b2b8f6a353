import { z } from 'zod';
import { unknownLogin } from '../audit/audit.ts';
import { Refused } from '../base/errors.ts';
import { type Api, type ApiParts, caller } from '../http/api.ts';
import { hasSessionCookie, noSessionCookie, secretOf, sessionCookie } from '../http/cookie.ts';
import { crossSite } from '../http/door.ts';
import { EVERY_ROLE } from '../http/roles.ts';
import { addressOf, isOfOurPage } from '../http/whence.ts';
import { SignIn } from './sign-in.ts';
import type { User } from './store.ts';
import { LONGEST_PASSWORD, loginOf } from './user.ts';

export const sessionView = z
  .object({
    id: z.string().describe('Of the user'),
    login: z.string(),
    name: z.string(),
    role: z.enum(EVERY_ROLE),
    agentId: z.string().nullable().describe('The agent whose seat is his'),
    branch: z.string().describe('He sees what belongs to it or lies below it; empty for the head office'),
    zone: z.string().describe('The zone that the centre keeps its hours in'),
  })
  .meta({ id: 'Session' });
export type SessionView = z.output<typeof sessionView>;

/** What is typed: the rules for new ones come later, so that nobody learns them from a sign-in. */
const typed = z.string().max(LONGEST_PASSWORD * 2);

const over = z.object({ over: z.literal(true) });

/** Routes of whoever signs in, is signed in, and leaves. */
export function sessionRoutes(api: Api, parts: ApiParts): void {
  const { sessions, users, clock, log } = parts;
  const signIn = new SignIn(parts);
  api.post(
    '/api/session',
    {
      config: { allowed: 'everybody', scope: 'centre' },
      schema: {
        tags: ['session'],
        summary: 'Signs in: the answer has a cookie',
        body: z.strictObject({ login: z.string().max(200), password: typed }),
        response: { 200: sessionView },
      },
    },
    async (request, reply) => {
      if (!isOfOurPage(request.raw)) throw crossSite();
      const { login, password } = request.body;
      const known = await users.byLogin(loginOf(login));
      request.tried = known ?? { id: '', name: unknownLogin(login), role: '', branch: '' };
      const address = addressOf(request.raw);
      const user = await signIn.check(login, password, address);
      const before = secretOf(request.raw);
      if (before !== undefined) await sessions.endOf(before);
      const secret = await sessions.begin(user, address, clock.now());
      reply.header('set-cookie', sessionCookie(secret, request.raw));
      log.info({ user: user.id, address }, 'somebody signed in');
      return showSession(parts, user);
    },
  );
  api.get(
    '/api/session',
    {
      config: { allowed: EVERY_ROLE, scope: 'centre' },
      schema: { tags: ['session'], summary: 'Who is signed in', response: { 200: sessionView } },
    },
    async (request) => showSession(parts, await ownUser(parts, request)),
  );
  api.delete(
    '/api/session',
    {
      config: { allowed: 'everybody', scope: 'centre' },
      schema: { tags: ['session'], summary: 'Signs out', response: { 200: over } },
    },
    async (request, reply) => {
      if (hasSessionCookie(request.raw) && !isOfOurPage(request.raw)) throw crossSite();
      const secret = secretOf(request.raw);
      const session = secret === undefined ? undefined : await sessions.identify(secret, clock.now());
      request.tried = session?.user;
      if (session) await sessions.end(session.id);
      reply.header('set-cookie', noSessionCookie(request.raw));
      return { over: true } as const;
    },
  );
  ownPasswordRoute(api, parts, signIn);
}

function ownPasswordRoute(api: Api, parts: ApiParts, signIn: SignIn): void {
  const { sessions, users, passwords, sockets, clock, log } = parts;
  api.post(
    '/api/session/password',
    {
      config: { allowed: EVERY_ROLE, scope: 'centre' },
      schema: {
        tags: ['session'],
        summary:
          'Changes the own password; whoever is signed in with the old one is signed out, but for whoever asks',
        body: z.strictObject({ current: typed, password: typed }),
        response: { 200: sessionView },
      },
    },
    async (request, reply) => {
      const user = await ownUser(parts, request);
      const { current, password } = request.body;
      const address = addressOf(request.raw);
      await signIn.check(user.login, current, address).catch((error: unknown) => {
        // Nobody is signed out because he mistyped his password.
        if (error instanceof Refused && error.id === 'bad-password')
          throw new Refused('wrong-password', 'This is not your present password');
        throw error;
      });
      const passwordHash = await passwords.hashNew(password, user.login);
      await users.setPassword(user.id, passwordHash, clock.now());
      // There is a new session before his page connects again.
      const secret = await sessions.begin({ ...user, passwordHash }, address, clock.now());
      sockets?.sessionChanged(request.session ?? '');
      await sessions.noticeEnded();
      reply.header('set-cookie', sessionCookie(secret, request.raw));
      log.info({ user: user.id }, 'a user changed his password');
      return showSession(parts, user);
    },
  );
}

/** The user who asks, who is no token. @throws Refused `no-session` */
export async function ownUser(
  { users }: Pick<ApiParts, 'users'>,
  request: Parameters<typeof caller>[0],
): Promise<User> {
  const { id, via } = caller(request);
  const user = via === 'session' ? await users.byId(id) : undefined;
  if (!user) throw new Refused('no-session', 'This is for somebody who signed in, not for a token');
  return user;
}

/** What his page is told of somebody who is signed in. */
export function showSession({ flows }: Pick<ApiParts, 'flows'>, user: User): SessionView {
  const { id, login, name, role, agentId, branch } = user;
  return { id, login, name, role, agentId: agentId ?? null, branch, zone: flows.zone() };
}
