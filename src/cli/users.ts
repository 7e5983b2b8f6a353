import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { AuditStore } from '../audit/store.ts';
import { Refused } from '../base/errors.ts';
import { idSource } from '../base/ids.ts';
import { HEAD_OFFICE } from '../branch/branch.ts';
import { EVERY_ROLE } from '../http/roles.ts';
import { storeFile } from '../setup/prepare.ts';
import { newPassword, readSecrets } from '../setup/secrets.ts';
import { readSettings } from '../setup/settings.ts';
import { FIRST_LOGIN } from '../setup/users.ts';
import { connect, type Database } from '../store/connect.ts';
import { readDatabase } from '../store/read-only.ts';
import { Passwords } from '../user/password.ts';
import { type User, UserStore } from '../user/store.ts';
import { LOGIN, loginOf } from '../user/user.ts';
import { badUsage, harmless, print, table } from './terminal.ts';

/** More users than a centre on one machine has. */
const MOST = 100_000;

interface NewUser {
  readonly name?: string;
  readonly role: string;
  readonly branch: string;
  readonly agent?: string;
}

/** Adds `carillon password` and `carillon users …`. They work on the database, with the daemon or without it. */
export function addUserCommands(program: Command): void {
  program
    .command('password')
    .description('print the login and the password with which the console was set up')
    .action(showPassword);
  const users = program
    .command('users')
    .description('list those who sign in at the console')
    .option('--json', 'as a JSON array of {login, name, role, branch, agentId, disabled}')
    .action(list);
  users
    .command('add')
    .description('make a user; prints his password, which is not kept')
    .argument('<login>')
    .requiredOption('--role <role>', EVERY_ROLE.join(', '))
    .option('--name <name>', 'as people call him; else his login')
    .option('--branch <id>', 'where he belongs; else the head office', HEAD_OFFICE)
    .option('--agent <id>', 'the agent whose seat is his')
    .action(add);
  users
    .command('password')
    .description('give a user another password and print it; he is signed out')
    .argument('<login>')
    .action(setPassword);
  users.command('disable').description('keep a user out, at once').argument('<login>').action(disable);
  users.command('enable').description('let a user in again').argument('<login>').action(enable);
}

async function showPassword(): Promise<void> {
  const { data } = readSettings(process.env);
  const { consolePassword } = readSecrets(data);
  const all = await allUsers(data);
  const admin = all.find(({ login }) => login === FIRST_LOGIN);
  const checked = await Promise.all(
    all.map(async (user) => ({ user, has: await new Passwords().fits(consolePassword, user.passwordHash) })),
  );
  const withIt = checked
    .filter(({ user, has }) => has && user.disabledAt === undefined)
    .map(({ user }) => user.login);
  if (admin && withIt.includes(FIRST_LOGIN)) {
    print(
      table([
        ['login', FIRST_LOGIN],
        ['password', consolePassword],
      ]),
    );
    const others = withIt.filter((login) => login !== FIRST_LOGIN);
    if (others.length > 0) print(`\nThe same password: ${others.join(', ')}`);
    return;
  }
  print(
    admin?.disabledAt === undefined
      ? `The password of ${FIRST_LOGIN} was changed since set-up, and nobody keeps it. Another one: npx carillon users password ${FIRST_LOGIN}`
      : `The user ${FIRST_LOGIN} is disabled. Let him in again: npx carillon users enable ${FIRST_LOGIN}`,
  );
}

async function list({ json }: { readonly json?: boolean }): Promise<void> {
  const users = await allUsers(readSettings(process.env).data);
  const shown = users.map(({ login, name, role, branch, agentId = '', disabledAt }) => ({
    login,
    name,
    role,
    branch,
    agentId,
    disabled: disabledAt !== undefined,
  }));
  if (json) {
    print(JSON.stringify(shown, null, 2));
    return;
  }
  const rows = shown.map(({ login, name, role, branch, agentId, disabled }) =>
    [login, harmless(name), role, branch || '(head office)', agentId, disabled ? 'disabled' : ''].map(
      harmless,
    ),
  );
  print(table([['login', 'name', 'role', 'branch', 'agent', ''], ...rows]));
}

async function add(typed: string, { name, role, branch, agent }: NewUser): Promise<void> {
  const login = loginOf(typed);
  if (!LOGIN.test(login))
    throw badUsage(`"${harmless(typed)}" is no login: 1 to 40 letters, digits, dots, dashes, underscores.`);
  const known = EVERY_ROLE.find((one) => one === role);
  if (known === undefined) throw badUsage(`There is no role "${harmless(role)}": ${EVERY_ROLE.join(', ')}.`);
  const password = newPassword();
  await change('users add', login, async (users, database) => {
    checkThere(database, 'branch', branch);
    checkThere(database, 'agent', agent ?? '');
    const now = Date.now();
    const user: User = {
      id: idSource(Date.now, Math.random).next('u'),
      login,
      name: harmless(name ?? login),
      role: known,
      branch,
      ...(agent !== undefined && { agentId: agent }),
      passwordHash: await new Passwords().hash(password),
      passwordChangedAt: now,
      createdAt: now,
    };
    await users.add(user);
  });
  print(
    table([
      ['login', login],
      ['password', password],
    ]),
  );
}

async function setPassword(typed: string): Promise<void> {
  const login = loginOf(typed);
  const password = newPassword();
  await change('users password', login, async (users) => {
    const { id } = await userOf(users, login);
    await users.setPassword(id, await new Passwords().hash(password), Date.now());
  });
  print(
    table([
      ['login', login],
      ['password', password],
    ]),
  );
}

async function disable(typed: string): Promise<void> {
  const login = loginOf(typed);
  await change('users disable', login, async (users) => {
    await users.disable((await userOf(users, login)).id, Date.now());
  });
  print(`${login} is kept out. npx carillon users enable ${login} lets him in again.`);
}

async function enable(typed: string): Promise<void> {
  const login = loginOf(typed);
  await change('users enable', login, async (users) => {
    await users.enable((await userOf(users, login)).id);
  });
  print(`${login} is let in again.`);
}

async function allUsers(data: string): Promise<User[]> {
  const users = await readDatabase(storeFile(data), (database) =>
    new UserStore(database).list({ limit: MOST }),
  );
  return users ?? notSetUp(data);
}

/** Does something to a user, and notes it in the audit log under the name of whoever sits at this terminal. */
async function change(
  what: string,
  login: string,
  work: (users: UserStore, database: Database) => Promise<void>,
): Promise<void> {
  const { data } = readSettings(process.env);
  // Says so when there is no database, or one of an older version.
  await allUsers(data);
  const database = connect(storeFile(data));
  try {
    await work(new UserStore(database), database);
    new AuditStore(database).append([
      {
        at: Date.now(),
        who: 'command-line',
        name: userInfo().username,
        role: '',
        branch: HEAD_OFFICE,
        address: '',
        what: `carillon ${what}`,
        outcome: 'done',
        status: 200,
        refusal: '',
        target: { login },
      },
    ]);
  } finally {
    database.close();
  }
}

async function userOf(users: UserStore, login: string): Promise<User> {
  const user = await users.byLogin(login);
  if (!user)
    throw new Refused('user-unknown', `There is no user ${harmless(login)}: npx carillon users lists them.`);
  return user;
}

/** @param id '' for none */
function checkThere(database: Database, kind: 'agent' | 'branch', id: string): void {
  if (id === '' || database.prepare(`select 1 from ${kind} where id = ?`).get(id) !== undefined) return;
  throw new Refused(`${kind}-unknown`, `There is no ${kind} ${harmless(id)}.`);
}

function notSetUp(data: string): never {
  throw new Refused('not-set-up', `There is no set-up in ${data} yet. Run: npm start`);
}
