import { mkdirSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { AuditStore } from '../../src/audit/store.ts';
import { prepareData, storeFile } from '../../src/setup/prepare.ts';
import { ensureSecrets, type Secrets } from '../../src/setup/secrets.ts';
import { connect, type Database } from '../../src/store/connect.ts';
import { Passwords } from '../../src/user/password.ts';
import { SessionStore } from '../../src/user/session-store.ts';
import { UserStore } from '../../src/user/store.ts';
import { Place } from './carillon.ts';

// Each of these starts the program, several times some of them.
vi.setConfig({ testTimeout: 60_000 });

interface SetUp {
  readonly place: Place;
  readonly secrets: Secrets;
  inStore<T>(work: (database: Database) => Promise<T>): Promise<T>;
}

/** An installation after its first start. */
async function setUp(): Promise<SetUp> {
  const place = new Place();
  mkdirSync(place.data, { recursive: true });
  const secrets = ensureSecrets(place.data);
  await prepareData({ data: place.data }, secrets, () => undefined);
  const inStore = async <T>(work: (database: Database) => Promise<T>): Promise<T> => {
    const database = connect(storeFile(place.data));
    try {
      return await work(database);
    } finally {
      database.close();
    }
  };
  return { place, secrets, inStore };
}

test('before a start there is nobody, and the command says what to do', async () => {
  const { code, err } = await new Place().run(['users']);
  expect([code, err]).toEqual([1, expect.stringContaining('npm start')]);
});

test('the password of the set-up is printed, with all who have it', async () => {
  const { place, secrets } = await setUp();
  const { out } = await place.run(['password']);
  expect(out).toContain(secrets.consolePassword);
  expect(out).toMatch(/login\s+admin/);
  expect(out).toMatch(/The same password: approver, auditor, .*zhangwei/);
});

test('users are listed, for people and for scripts', async () => {
  const { place } = await setUp();
  expect((await place.run(['users'])).out).toMatch(/zhangwei\s+张伟\s+agent\s+jinrongjie\s+1001/);
  const listed = JSON.parse((await place.run(['users', '--json'])).out) as object[];
  expect(listed).toContainEqual({
    login: 'admin',
    name: '系统管理员',
    role: 'admin',
    branch: '',
    agentId: '',
    disabled: false,
  });
});

test('a user is made, gets another password, is kept out and let in again; all of it is in the audit log', async () => {
  const { place, inStore } = await setUp();
  const made = await place.run(['users', 'add', 'Bob', '--role', 'agent', '--branch', 'wuhan']);
  const password = /password\s+(\S+)/.exec(made.out)![1]!;
  const fits = (text: string) =>
    inStore(async (database) => {
      const user = (await new UserStore(database).byLogin('bob'))!;
      return new Passwords().fits(text, user.passwordHash);
    });
  expect(await fits(password)).toBe(true);
  const secret = await inStore(async (database) => {
    const user = (await new UserStore(database).byLogin('bob'))!;
    return new SessionStore(database).begin(user, '', Date.now());
  });
  const another = /password\s+(\S+)/.exec((await place.run(['users', 'password', 'bob'])).out)![1]!;
  expect([await fits(password), await fits(another)]).toEqual([false, true]);
  await inStore(async (database) => {
    expect(await new SessionStore(database).identify(secret, Date.now())).toBeUndefined();
  });
  await place.run(['users', 'disable', 'bob']);
  expect((await place.run(['users'])).out).toMatch(/bob .*disabled/);
  await place.run(['users', 'enable', 'bob']);
  const rows = await inStore(
    async (database) => (await new AuditStore(database).page({ limit: 9, sees: () => true })).rows,
  );
  expect(rows.map(({ what, target }) => [what, target.login])).toEqual([
    ['carillon users enable', 'bob'],
    ['carillon users disable', 'bob'],
    ['carillon users password', 'bob'],
    ['carillon users add', 'bob'],
  ]);
  expect(JSON.stringify(rows)).not.toContain(another);
});

test.each([
  [['add', 'admin', '--role', 'admin'], 1, 'There is a user admin already'],
  [['add', 'x', '--role', 'king'], 2, 'There is no role "king"'],
  [['add', 'a b', '--role', 'agent'], 2, 'is no login'],
  [['add', 'x', '--role', 'agent', '--agent', '9999'], 1, 'There is no agent 9999'],
  [['add', 'x', '--role', 'agent', '--agent', '1001'], 1, 'Agent 1001 is zhangwei already'],
  [['add', 'x', '--role', 'agent', '--branch', 'atlantis'], 1, 'There is no branch atlantis'],
  [['password', 'nobody'], 1, 'There is no user nobody'],
  [['disable', 'admin'], 1, 'This is the last admin'],
])('users %j is refused', async (args, code, words) => {
  const { place } = await setUp();
  const ran = await place.run(['users', ...args]);
  expect([ran.code, ran.err]).toEqual([code, expect.stringContaining(words)]);
});

test('a password that was changed since is not told, and how to get another one is', async () => {
  const { place, secrets } = await setUp();
  await place.run(['users', 'password', 'admin']);
  const { out } = await place.run(['password']);
  expect(out).not.toContain(secrets.consolePassword);
  expect(out).toContain('npx carillon users password admin');
});
