import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkDigitHolds, validityOf } from '../../src/campaign/campaign.ts';
import { CampaignStore } from '../../src/campaign/store.ts';
import { CustomerStore } from '../../src/customer/store.ts';
import { readRouting } from '../../src/engine/routing-file.ts';
import { agentProblems, mayFit } from '../../src/engine/routing-names.ts';
import { CentreStore, EventLog } from '../../src/engine/store.ts';
import { TokenStore } from '../../src/http/store.ts';
import { prepareData, storeFile } from '../../src/setup/prepare.ts';
import { inProject } from '../../src/setup/project.ts';
import { connect } from '../../src/store/connect.ts';
import { Passwords } from '../../src/user/password.ts';
import { UserStore } from '../../src/user/store.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';

const secrets = { adminToken: 'a-token-for-the-first-admin', consolePassword: 'seven-blue-kettles' };

test('the first start puts in a demonstration centre, later ones leave everything as it is', async () => {
  const data = temporaryFolder();
  const steps: string[] = [];
  const first = await prepareData({ data }, secrets, (step) => steps.push(step));
  expect(first.seeded).toBe(true);
  expect(steps).toHaveLength(2);
  expect(first.phones.map((phone) => phone.extension)).toEqual([
    ...Array.from({ length: 10 }, (_, index) => String(1001 + index)),
    '2001',
    // In the pages of the agents, but for the expert, who has none of ours.
    ...Array.from({ length: 8 }, (_, index) => `web-${1001 + index}`),
    'web-2001',
  ]);
  expect(new Set(first.phones.map((phone) => phone.password)).size).toBe(20);
  expect(await prepareData({ data }, secrets, (step) => steps.push(step))).toEqual({
    ...first,
    seeded: false,
  });
  expect(steps).toHaveLength(2);
  expect(statSync(storeFile(data)).mode & 0o777).toBe(0o600);
});

test('two installations share no phone password', async () => {
  const phonesOf = async () =>
    (await prepareData({ data: temporaryFolder() }, secrets, () => undefined)).phones;
  const [one, other] = [await phonesOf(), await phonesOf()];
  const known = new Set(one.map((phone) => phone.password));
  expect(other.some((phone) => known.has(phone.password))).toBe(false);
});

test('the demonstration centre hangs together', async () => {
  const data = temporaryFolder();
  const { phones } = await prepareData({ data }, secrets, () => undefined);
  const database = connect(storeFile(data));
  const events = new EventLog(database);
  const { agents } = await new CentreStore(database, events).load();
  const { rules } = readRouting(readFileSync(inProject('routing/routing.yaml'), 'utf8'), 'routing.yaml');
  for (const { ladder } of rules!.queues.values())
    expect(agents.filter((agent) => mayFit(agent, ladder[0]!)).length).toBeGreaterThanOrEqual(2);
  expect(agentProblems(agents, rules!)).toEqual([]);
  const extensions = phones.map((phone) => phone.extension);
  for (const { homeExtension, outside } of agents) if (!outside) expect(extensions).toContain(homeExtension);
  const campaigns = await new CampaignStore(database, events).list();
  expect(campaigns.map(({ code, ...one }) => [code, validityOf({ code, ...one }, Date.now())])).toEqual([
    ['8001', 'valid'],
    ['8002', 'valid'],
    ['8003', 'expired'],
    ['8004', 'not-yet-valid'],
    ['820266', 'valid'],
  ]);
  for (const { reception } of campaigns)
    if (reception.kind === 'phone') expect(extensions).toContain(reception.extension);
  for (const { checkDigit, code } of campaigns) expect(!checkDigit || checkDigitHolds(code)).toBe(true);
  expect(await new CustomerStore(database, events).byNumber('1010')).toMatchObject({ tier: 'vip' });
  expect(await new TokenStore(database).identify(secrets.adminToken)).toMatchObject({ role: 'admin' });
  database.close();
});

test('a damaged database stops the start with a sentence', async () => {
  const data = temporaryFolder();
  writeFileSync(storeFile(data), 'x'.repeat(5000));
  await expect(prepareData({ data }, secrets, () => undefined)).rejects.toMatchObject({ id: 'bad-store' });
});

test('the demonstration centre has somebody of every role, whose seats are those of its agents', async () => {
  const data = temporaryFolder();
  await prepareData({ data }, secrets, () => undefined);
  const database = connect(storeFile(data));
  const users = await new UserStore(database).list({ limit: 50 });
  const { agents } = await new CentreStore(database, new EventLog(database)).load();
  expect(new Set(users.map(({ role }) => role))).toEqual(
    new Set(['admin', 'supervisor', 'agent', 'campaign', 'approver', 'auditor']),
  );
  for (const { agentId, name, branch, role } of users.filter((user) => user.agentId !== undefined)) {
    const seat = agents.find(({ id }) => id === agentId);
    expect(seat?.name).toBe(name);
    if (role === 'agent') expect(seat?.branch).toBe(branch);
  }
  for (const { passwordHash } of users)
    expect(await new Passwords().fits(secrets.consolePassword, passwordHash)).toBe(true);
  database.close();
});

test('a centre from before there were users gets its first admin, and whoever is there stays', async () => {
  const data = temporaryFolder();
  await prepareData({ data }, secrets, () => undefined);
  const before = connect(storeFile(data));
  before.script('delete from user');
  before.close();
  await prepareData({ data }, secrets, () => undefined);
  await prepareData({ data }, { ...secrets, consolePassword: 'another-one-later' }, () => undefined);
  const database = connect(storeFile(data));
  const users = await new UserStore(database).list({ limit: 50 });
  expect(users.map(({ login, role, branch }) => [login, role, branch])).toEqual([['admin', 'admin', '']]);
  expect(await new Passwords().fits(secrets.consolePassword, users[0]!.passwordHash)).toBe(true);
  database.close();
});
