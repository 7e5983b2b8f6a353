import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { renderedPhones } from '../setup/phone.ts';

import { readSecrets } from '../setup/secrets.ts';
import { reachableHost, readSettings } from '../setup/settings.ts';
import type { LogOptions } from './log.ts';
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
  program
    .command('status')
    .description('tell what runs, what is wrong and who waits; exit code 0 when calls are taken')
    .action(async () => {
      const { showStatus } = await import('./status.ts');
      process.exitCode = await showStatus();
    });
  program
    .command('log')
    .description("show the daemon's log for people")
    .option('--call <id>', 'only what is about this call, channel or leg')
    .option('--since <time>', 'not older than that: 90s, 10m, 2h, 1d')
    .option('--level <level>', 'this and what is worse: debug, info, warn, error', 'info')
    .option('-f, --follow', 'go on with what is added')
    .option('--json', 'the lines as they are')
    .action(async (options: LogOptions) => {
      const { showLog } = await import('./log.ts');
      await showLog(options);
    });
  program
    .command('doctor')
    .description('check this installation; say what is wrong and what to do. Exit code 1 on problems')
    .option('--json', 'as JSON: {findings: [{check, verdict, says, todo}], problems, warnings}')
    .action(async (options: { json?: boolean }) => {
      const { doctor } = await import('./doctor.ts');
      process.exitCode = await doctor(options);
    });
  program
    .command('console')
    .description('the pages for agents, supervisors and staff')
    .command('build')
    .description('build the pages; a start does it by itself when their sources have changed')
    .action(buildConsole);
  program.command('token').description('print the API token of this installation').action(token);
}

async function buildConsole(): Promise<void> {
  const { ensureConsole } = await import('../setup/console-build.ts');
  if (!(await ensureConsole(print))) print('The console is built already.');
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

function token(): void {
  print(readSecrets(readSettings(process.env).data).adminToken);
}
