import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseNetwork } from '../../src/base/address.ts';
import { Refused } from '../../src/base/errors.ts';
import type { Log } from '../../src/base/log.ts';
import type { LogEvent } from '../../src/engine/changes.ts';
import { VirtualClock } from '../../src/lab/virtual-clock.ts';
import type { Offence, Perimeter, PerimeterListener } from '../../src/pbx/perimeter.ts';
import { BanFile } from '../../src/security/ban-file.ts';
import { BanKeeper } from '../../src/security/ban-keeper.ts';
import { OFFENCE_LIMITS } from '../../src/security/bans.ts';
import { TrunkAddress } from '../../src/security/trunk-address.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';

const ATTACKER = '192.0.2.66';
const TRUNK = '198.51.100.9';
const { times: LIMIT, firstBanMs: FIRST } = OFFENCE_LIMITS['wrong-login'];

/** A switch that does what it is told, or not. */
class FakePerimeter implements Perimeter {
  listener: PerimeterListener | undefined;
  /** What it was told, each time. */
  readonly told: (readonly string[])[] = [];
  refuses = false;
  /** Addresses of phones; undefined: it does not tell. */
  phones: readonly string[] | undefined = [];

  start(listener: PerimeterListener): void {
    this.listener = listener;
  }

  async stop(): Promise<void> {
    this.listener = undefined;
  }

  async shutOut(networks: readonly string[]): Promise<void> {
    this.told.push(networks);
    if (this.refuses) throw new Error('not now');
  }

  async registered(): Promise<readonly string[]> {
    if (!this.phones) throw new Error('not now');
    return this.phones;
  }
}

interface Setting {
  readonly folder?: string;
  readonly clock?: VirtualClock;
  readonly neverBan?: readonly string[];
  readonly trunk?: string;
  readonly lookUp?: (name: string) => Promise<readonly string[]>;
}

function open({
  folder = temporaryFolder(),
  clock = new VirtualClock(),
  neverBan = ['127.0.0.0/8', '203.0.113.0/24'],
  trunk = TRUNK,
  lookUp = () => Promise.reject(new Error('an address is not looked up')),
}: Setting = {}) {
  const perimeter = new FakePerimeter();
  const events: LogEvent[] = [];
  const said: string[] = [];
  const say = (fields: object, message: string) => void said.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug: () => undefined, info: say, warn: say, error: say };
  const file = join(folder, 'bans.json');
  const parts = {
    perimeter,
    events: { commit: (work: () => readonly LogEvent[]) => void events.push(...work()) },
  };
  const keeper = new BanKeeper({
    ...parts,
    file: new BanFile(file, log),
    neverBan: neverBan.flatMap((network) => parseNetwork(network) ?? []),
    trunk: new TrunkAddress({ host: trunk, lookUp, clock, log }),
    clock,
    log,
  });
  keeper.start();
  perimeter.listener?.up();
  const offend = async (address: string, offence: Offence = 'wrong-login') => {
    for (let time = 0; time < OFFENCE_LIMITS[offence].times; time += 1)
      perimeter.listener?.noticed({ offence, address, account: '1001' });
    // Promises of the phones that are asked for.
    await clock.advance(0);
  };
  return { keeper, perimeter, events, said, file, folder, clock, offend };
}

describe('an address that offends', () => {
  test('is shut out, said once in log and event log, and kept', async () => {
    const { keeper, perimeter, events, said, file, clock, offend } = open();
    await offend(ATTACKER);
    await offend(ATTACKER);
    expect(perimeter.told.at(-1)).toEqual([ATTACKER]);
    expect(events).toEqual([
      {
        type: 'AddressBanned',
        version: 1,
        at: clock.now(),
        data: { address: ATTACKER, why: 'wrong-login', until: clock.now() + FIRST, times: 1 },
      },
    ]);
    expect(said.filter((line) => line.startsWith('an address is shut out'))).toHaveLength(1);
    expect(keeper.list()).toHaveLength(1);
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  test('is in again when its time is over', async () => {
    const { keeper, perimeter, clock, offend } = open();
    await offend(ATTACKER);
    await clock.advance(FIRST - 1);
    expect(perimeter.told.at(-1)).toEqual([ATTACKER]);
    await clock.advance(1);
    expect(perimeter.told.at(-1)).toEqual([]);
    expect(keeper.list()).toEqual([]);
  });

  test.each([
    ['loopback', '127.0.0.1'],
    ['a network that is never shut out', '203.0.113.7'],
    ['the same as IPv6', '::ffff:203.0.113.7'],
  ])('is not shut out when it is %s', async (_, address) => {
    const { keeper, perimeter, offend } = open();
    for (let time = 0; time < LIMIT * 2; time += 1)
      perimeter.listener?.noticed({ offence: 'wrong-login', address, account: '' });
    await offend(ATTACKER);
    expect(keeper.list().map((ban) => ban.network)).toEqual([ATTACKER]);
  });

  test('is not shut out when it is the trunk', async () => {
    const { keeper, perimeter, events, offend, said } = open();
    await offend(TRUNK);
    expect(said.join()).toContain('the trunk does what others are shut out for');
    expect([keeper.list(), events, perimeter.told.flat()]).toEqual([[], [], []]);
  });
});

describe('what may be forged', () => {
  test.each(['unproven-login', 'guest-call'] as const)(
    '(%s) shuts out no network with a phone',
    async (why) => {
      const { keeper, perimeter, offend, said } = open();
      perimeter.phones = ['198.51.100.20', ATTACKER];
      await offend(ATTACKER, why);
      expect([keeper.list(), perimeter.told]).toEqual([[], [[]]]);
      expect(said.join()).toContain('a network with registered phones');
      perimeter.phones = ['198.51.100.20'];
      await offend(ATTACKER, why);
      expect(keeper.list()).toMatchObject([{ network: ATTACKER, why }]);
    },
  );

  test('shuts out nobody while the switch does not tell its phones', async () => {
    const { keeper, perimeter, offend } = open();
    perimeter.phones = undefined;
    await offend(ATTACKER, 'unproven-login');
    expect(keeper.list()).toEqual([]);
  });

  test('asks once, however much of it comes meanwhile', async () => {
    const { perimeter, offend, said } = open();
    await Promise.all([offend(ATTACKER, 'unproven-login'), offend(ATTACKER, 'unproven-login')]);
    expect(said.filter((line) => line.startsWith('an address is shut out'))).toHaveLength(1);
    expect(perimeter.told.at(-1)).toEqual([ATTACKER]);
  });

  test('what is proven shuts out a network with a phone too', async () => {
    const { keeper, perimeter, offend } = open();
    perimeter.phones = [ATTACKER];
    await offend(ATTACKER);
    expect(keeper.list()).toHaveLength(1);
  });
});

describe('the trunk by name', () => {
  const NAME = 'sip.carrier.example';

  test('is not shut out, also when nobody answers for its name any more', async () => {
    let answers = true;
    const lookUp = async () => {
      if (!answers) throw new Error('EAI_AGAIN');
      return [TRUNK];
    };
    const { keeper, perimeter, offend, clock } = open({ trunk: NAME, lookUp });
    await clock.advance(0);
    answers = false;
    await clock.advance(3_600_000);
    await offend(TRUNK);
    expect([keeper.list(), perimeter.told.flat(), keeper.problems()]).toEqual([[], [], []]);
    await offend(ATTACKER);
    expect(keeper.list()).toHaveLength(1);
  });

  test('shuts out nobody while its address was never known, which is a problem and said once', async () => {
    let answers = false;
    const lookUp = async () => {
      if (!answers) throw new Error('EAI_AGAIN');
      return [TRUNK];
    };
    const { keeper, offend, clock, said } = open({ trunk: NAME, lookUp });
    await clock.advance(60_000);
    await offend(TRUNK);
    await offend(ATTACKER);
    expect(keeper.list()).toEqual([]);
    expect(keeper.problems()).toEqual([expect.stringContaining(NAME)]);
    expect(said.filter((line) => line.includes('cannot be found'))).toHaveLength(1);
    answers = true;
    await clock.advance(60_000);
    expect(keeper.problems()).toEqual([]);
    await offend(TRUNK);
    await offend(ATTACKER);
    expect(keeper.list().map((ban) => ban.network)).toEqual([ATTACKER]);
  });

  test('is never in the list for a moment while its name is looked up', async () => {
    const { keeper, perimeter, offend } = open({ trunk: NAME, lookUp: () => new Promise(() => undefined) });
    await offend(TRUNK);
    perimeter.listener?.up();
    expect([keeper.list(), perimeter.told.flat()]).toEqual([[], []]);
  });
});

describe('a ban in the file', () => {
  const ban = (network: string) => ({
    network,
    why: 'wrong-login',
    since: 1,
    until: Date.UTC(2030, 0, 1),
    times: 1,
  });

  test('of who is now never to be shut out, or is the trunk, is dropped', async () => {
    const folder = temporaryFolder();
    const all = ['203.0.113.7', TRUNK, '2001:db8::/64', ATTACKER].map(ban);
    writeFileSync(join(folder, 'bans.json'), JSON.stringify(all));
    const { keeper, perimeter } = open({ folder, neverBan: ['203.0.113.0/24', '2001:db8::5'] });
    expect(keeper.list().map(({ network }) => network)).toEqual([ATTACKER]);
    expect(perimeter.told.at(-1)).toEqual([ATTACKER]);
  });
});

test('an IPv6 network that has somebody in it who is never to be shut out is not shut out', async () => {
  const { keeper, offend } = open({ neverBan: ['2001:db8::5'] });
  await offend('2001:db8::6');
  expect(keeper.list()).toEqual([]);
  await offend('2001:db8:0:1::6');
  expect(keeper.list()).toHaveLength(1);
});

describe('a ban', () => {
  test.each([ATTACKER, `::ffff:${ATTACKER}`])('is lifted by %s', async (address) => {
    const { keeper, perimeter, events, offend } = open();
    await offend(ATTACKER);
    keeper.lift(address, 'anna');
    expect(keeper.list()).toEqual([]);
    expect(perimeter.told.at(-1)).toEqual([]);
    expect(events.at(-1)).toMatchObject({ type: 'BanLifted', data: { address: ATTACKER, by: 'anna' } });
    expect(() => keeper.lift(address, 'anna')).toThrow(Refused);
  });

  test('holds over a restart, and its count too', async () => {
    const { folder, clock, offend } = open();
    await offend(ATTACKER);
    const second = open({ folder, clock });
    expect(second.perimeter.told).toEqual([[ATTACKER]]);
    await clock.advance(FIRST);
    const third = open({ folder, clock });
    expect(third.perimeter.told).toEqual([[]]);
    await third.offend(ATTACKER);
    expect(third.keeper.list()).toMatchObject([{ times: 2, until: clock.now() + 2 * FIRST }]);
  });

  test('is told again when the switch has forgotten it, or did not take it', async () => {
    const { perimeter, clock, offend } = open();
    perimeter.refuses = true;
    await offend(ATTACKER);
    perimeter.refuses = false;
    const before = perimeter.told.length;
    await clock.advance(5_000);
    expect(perimeter.told.slice(before)).toEqual([[ATTACKER]]);
    perimeter.listener?.up();
    expect(perimeter.told.slice(before)).toEqual([[ATTACKER], [ATTACKER]]);
  });
});

test.each([
  'no JSON',
  '{"network":"1.2.3.4"}',
  '[null,1,{"network":"0.0.0.0/0","why":"wrong-login","since":1,"until":9e15,"times":1}]',
  '[{"network":"1.2.3.4,0.0.0.0/0","why":"wrong-login","since":1,"until":9000000000000000,"times":1}]',
  '[{"network":"1.2.3.4","why":"__proto__","since":1,"until":9000000000000000,"times":1}]',
  '[{"network":"1.2.3.4","why":"wrong-login","since":1,"until":1e400,"times":1}]',
])('a file of bans that reads %j shuts nobody out', (content) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'bans.json'), content);
  expect(open({ folder }).keeper.list()).toEqual([]);
});

test('a file of bans holds what it is made for', async () => {
  const { file, offend } = open();
  await offend('2001:db8::1');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject([{ network: '2001:db8::/64', times: 1 }]);
});
