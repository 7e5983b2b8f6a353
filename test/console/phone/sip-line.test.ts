import { EventEmitter } from 'node:events';
import { beforeEach, expect, test, vi } from 'vitest';
import { type LineListener, SipLine } from '../../../src/console/phone/sip-line.ts';

const jssip = vi.hoisted(() => ({ agents: [] as unknown[] }));

class FakeAgent extends EventEmitter {
  readonly settings: Record<string, unknown>;
  isUp = false;
  registers: unknown[] = [];

  constructor(settings: Record<string, unknown>) {
    super();
    this.settings = { ...settings };
    jssip.agents.push(this);
  }

  start(): void {
    this.isUp = false;
  }

  isConnected(): boolean {
    return this.isUp;
  }

  connect(): void {
    this.isUp = true;
    this.emit('connected');
  }

  set(name: string, value: unknown): void {
    this.settings[name] = value;
  }

  register(): void {
    this.registers.push(this.settings.password);
  }
}

vi.mock('jssip', () => ({ UA: FakeAgent, WebSocketInterface: class {} }));
vi.stubGlobal('window', { location: { protocol: 'https:', host: 'centre' } });

const ACCOUNT = { extension: 'web-1', password: 'first', uri: 'sip:web-1@x', socket: '/sip' };
let told: unknown[];
let listener: LineListener;

beforeEach(() => {
  told = [];
  listener = {
    registered: (anew) => told.push(['registered', anew]),
    disconnected: (code) => told.push(['disconnected', code]),
    refused: (status) => told.push(['refused', status]),
    comesIn: () => told.push('comes in'),
  };
});

async function opened(): Promise<{ line: SipLine; agent: FakeAgent }> {
  const line = await SipLine.open(ACCOUNT, listener);
  return { line, agent: jssip.agents.at(-1) as FakeAgent };
}

test('it registers when it is told to, and again with each new connection', async () => {
  const { line, agent } = await opened();
  agent.connect();
  expect([agent.settings.register, agent.registers]).toEqual([false, []]);
  line.register();
  agent.connect();
  expect(agent.registers).toEqual(['first', 'first']);
});

test('given_it_is_told_to_before_there_is_a_connection_then_it_registers_with_it', async () => {
  const { line, agent } = await opened();
  line.register();
  expect(agent.registers).toEqual([]);
  agent.connect();
  expect(agent.registers).toEqual(['first']);
});

test('given_a_server_that_is_away_then_it_comes_again_later_each_time', async () => {
  const { agent } = await opened();
  expect(agent.settings).toMatchObject({
    connection_recovery_min_interval: 1,
    connection_recovery_max_interval: 15,
  });
});

test('it registers with the password of now', async () => {
  const { line, agent } = await opened();
  agent.connect();
  line.register();
  line.register('second');
  expect(agent.registers).toEqual(['first', 'second']);
});

test.each([
  ['what the PBX answered', { status_code: 403 }, 403],
  ['that it did not answer', null, 0],
])('a refusal says %s, and what comes after it is anew', async (_what, response, status) => {
  const { agent } = await opened();
  agent.connect();
  agent.emit('registered');
  agent.emit('registrationFailed', { response });
  agent.emit('registered');
  agent.emit('registered');
  expect(told).toEqual([
    ['registered', true],
    ['refused', status],
    ['registered', true],
    ['registered', false],
  ]);
});

test('without a connection a registration that fails is no refusal', async () => {
  const { agent } = await opened();
  agent.emit('registrationFailed', { response: null });
  expect(told).toEqual([]);
});
