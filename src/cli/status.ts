import { asItRuns, findRunningPbx, pbxLogs } from '../setup/choose-pbx.ts';
import { daemonLog } from '../setup/daemon-process.ts';
import { readSettings, type Settings } from '../setup/settings.ts';
import { lockOwner } from '../setup/start-lock.ts';
import { bansLine, presentBans } from './bans.ts';
import { addressOfApi, askAsAdmin, askDaemon } from './daemon.ts';
import { coloured, counted, harmless, print, table } from './terminal.ts';

const PATIENCE_MS = 2000;
/** Live calls that are named, so that `carillon log --call` can be asked about one. */
const CALLS_SHOWN = 5;

/** `carillon status`: what runs, what is wrong, who waits. Returns the exit code: 0 when calls are taken. */
export async function showStatus(): Promise<number> {
  const settings = asItRuns(readSettings(process.env));
  const supervisor = lockOwner(settings.data);
  const pbx = findRunningPbx(settings);
  const health = await askDaemon(settings, PATIENCE_MS);
  const state = health ? (health.ready ? 'takes calls' : 'takes no calls') : 'does not answer';
  const problems = (health?.problems ?? []).map((problem): [string, string] => [
    '',
    `! ${harmless(problem)}`,
  ]);
  print(
    table([
      ['start', supervisor ? `running (process ${supervisor})` : 'not running'],
      [settings.pbx, pbx ? `running (process ${pbx}) ${harmless(health?.pbx ?? '')}` : 'not running'],
      ['daemon', coloured(health?.ready ? 'green' : 'red', state)],
      ...problems,
      ...(health ? [['calls', counted(health.liveCalls, 'live call')], ...(await inside(settings))] : []),
      ['api', addressOfApi(settings)],
      ['data', settings.data],
      ['logs', daemonLog(settings.data)],
      ['', pbxLogs(settings)[0]],
    ]),
  );
  if (problems.length > 0 || !health) print('\nnpx carillon doctor says what is wrong and what to do.');
  return health?.ready ? 0 : 1;
}

/** Queues and phones, as far as the daemon tells them. */
async function inside(settings: Settings): Promise<string[][]> {
  const [queues, phones, live] = await Promise.all(
    ['/api/queues', '/api/phones', '/api/calls/live'].map((path) => askAsAdmin(settings, path, PATIENCE_MS)),
  );
  const bans = await presentBans(settings, PATIENCE_MS);
  const calls = items<{ id: string }>(live);
  const waiting = items<{ name: string; waiting: unknown[]; ready: number; loggedIn: number }>(queues);
  const registered = items<{ registered: boolean }>(phones);
  return [
    ...calls.slice(0, CALLS_SHOWN).map(({ id }) => ['', harmless(id)]),
    ...waiting.map((queue, index) => [
      index === 0 ? 'queues' : '',
      `${harmless(queue.name)}: ${queue.waiting.length} waiting, ${queue.ready} ready of ${queue.loggedIn} logged in`,
    ]),
    ...(phones === undefined
      ? []
      : [
          [
            'phones',
            `${registered.filter((phone) => phone.registered).length} of ${registered.length} registered`,
          ],
        ]),
    ...(bans === undefined ? [] : [['bans', bansLine(bans)]]),
  ];
}

function items<Item>(answer: unknown): readonly Item[] {
  const { items: list } = (answer ?? {}) as { items?: unknown };
  return Array.isArray(list) ? (list as Item[]) : [];
}
