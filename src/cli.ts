/** The `carillon` command: everything an operator does from a terminal. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { messageOf, Refused } from './base/errors.ts';
import { findRunning } from './setup/asterisk-process.ts';
import { askHealth } from './setup/daemon-process.ts';
import { renderedPhones } from './setup/render-asterisk.ts';
import { readSecrets } from './setup/secrets.ts';
import { hostPort, reachableHost, readSettings, SETTINGS, type Settings } from './setup/settings.ts';
import { lockOwner } from './setup/start-lock.ts';

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** How long a set-up that is told to stop may take to leave nothing behind. */
const LEAVE_SETUP_MS = 12_000;

async function start(): Promise<void> {
  const began = Date.now();
  const settings = readSettings(process.env);
  const { startCarillon } = await import('./setup/start.ts');
  const { welcomeText } = await import('./setup/welcome.ts');
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
  print(
    table([
      ['user', 'password', 'host', 'port', 'transport', 'name'],
      ...list.map((phone) => [
        phone.user,
        phone.password,
        phone.host,
        String(phone.port),
        'udp, tcp',
        phone.name,
      ]),
    ]),
  );
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

function addressOfApi(settings: Settings): string {
  return `http://${hostPort(reachableHost(settings), settings.httpPort)}`;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_cell, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const width = Math.max(...SETTINGS.map((setting) => setting.name.length));
const settingsHelp = SETTINGS.map(
  ({ name, fallback, meaning }) => `  ${name.padEnd(width)}  ${meaning} [${fallback}]`,
).join('\n');

const program = new Command('carillon')
  .description('A contact centre on a real PBX: IVR flows, campaign codes, skill routing.')
  .showHelpAfterError('What there is: npx carillon --help')
  .addHelpText(
    'after',
    `
Examples:
  npm start                                             set up what is missing and run, until Ctrl-C
  npx carillon phones                                   what to type into a SIP phone
  npx carillon phones --json                            the same for scripts
  curl -H "Authorization: Bearer $(npx carillon token)" http://127.0.0.1:8080/openapi.json
  CARILLON_DATA=.carillon-b CARILLON_SIP_PORT=5070 CARILLON_HTTP_PORT=8090 CARILLON_RTP_PORTS=21000-21999 npm start
                                                        a second one on the same machine

Settings, from the environment [default]:
${settingsHelp}`,
  );
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

try {
  await program.parseAsync();
} catch (thrown) {
  const text = thrown instanceof Refused ? thrown.message : `Unexpected: ${messageOf(thrown)}`;
  process.stderr.write(`\n${text}\n`);
  if (!(thrown instanceof Refused) && thrown instanceof Error) process.stderr.write(`${thrown.stack}\n`);
  process.exit(1);
}
