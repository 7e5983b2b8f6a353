import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { findRunning } from '../setup/asterisk-process.ts';
import { askHealth } from '../setup/daemon-process.ts';
import { renderedPhones } from '../setup/render-asterisk.ts';
import { readSecrets } from '../setup/secrets.ts';
import { reachableHost, readSettings } from '../setup/settings.ts';
import { lockOwner } from '../setup/start-lock.ts';
import { addressOfApi } from './daemon.ts';
import { print, table } from './terminal.ts';

/** How long a set-up that is told to stop may take to leave nothing behind. */
const LEAVE_SETUP_MS = 12_000;

/** Adds the commands that run and show the centre itself. */
export function addCentreCommands(program: Command): void {
  program
    .command('start')
    .description('set up what is missing, run everything, stop it with Ctrl-C')
    .action(start);
  program
    .command('phones')
    .description('list user, password, host, port and transport of each phone')
    .option('--json', 'as a JSON array of {user, password, host, port, name}')
    .action(phones);
  program.command('status').description('tell what runs; exit code 0 when calls are taken').action(status);
  program.command('token').description('print the API token of this installation').action(token);
}

async function start(): Promise<void> {
  const began = Date.now();
  const settings = readSettings(process.env);
  const { startCarillon } = await import('../setup/start.ts');
  const { welcomeText } = await import('../setup/welcome.ts');
  const stopping = new AbortController();
  const starting = startCarillon(
    settings,
    (line) => {
      if (!stopping.signal.aborted) print(`• ${line}`);
    },
    stopping.signal,
  );
  const onSignal = async () => {
    // Ctrl-C reaches us from the terminal and once more through npm; one of them is enough.
    if (stopping.signal.aborted) return;
    stopping.abort();
    print('\nStopping …');
    const stopped = starting.then(
      (running) => running.stop(),
      () => undefined,
    );
    await Promise.race([stopped, sleep(LEAVE_SETUP_MS)]);
    print('Stopped.  已停止。');
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  try {
    print(welcomeText(settings, await starting, Date.now() - began));
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
  }
}

function phones(options: { json?: boolean }): void {
  const settings = readSettings(process.env);
  readSecrets(settings.data);
  const list = renderedPhones(settings.data).map((phone) => ({
    user: phone.extension,
    password: phone.password,
    host: reachableHost(settings),
    port: settings.sipPort,
    name: phone.name,
  }));
  if (options.json) {
    print(JSON.stringify(list, null, 2));
    return;
  }
  const rows = list.map(({ user, password, host, port, name }) => [
    user,
    password,
    host,
    String(port),
    'udp, tcp',
    name,
  ]);
  print(table([['user', 'password', 'host', 'port', 'transport', 'name'], ...rows]));
}

async function status(): Promise<void> {
  const settings = readSettings(process.env);
  const supervisor = lockOwner(settings.data);
  const asterisk = findRunning(settings.data);
  const health = await askHealth(settings, 2000);
  const daemon = health.state === 'ready' ? 'ready' : `${health.state}: ${health.problems.join('; ')}`;
  print(
    table([
      ['start', supervisor ? `running (process ${supervisor})` : 'not running'],
      ['asterisk', asterisk ? `running (process ${asterisk})` : 'not running'],
      ['daemon', daemon],
      ['api', addressOfApi(settings)],
      ['data', settings.data],
    ]),
  );
  if (health.state !== 'ready') process.exitCode = 1;
}

function token(): void {
  print(readSecrets(readSettings(process.env).data).adminToken);
}
