import type { Command } from 'commander';
import { networkOf } from '../base/address.ts';
import { readSettings, type Settings } from '../setup/settings.ts';
import { askAsAdmin, tellDaemon } from './daemon.ts';
import { badUsage, harmless, print, table } from './terminal.ts';

const ROUTE = '/api/security/bans';

/** A ban as the API shows it. */
export interface ShownBan {
  readonly address: string;
  readonly why: string;
  /** UTC ms. */
  readonly until: number;
  readonly times: number;
}

/** Adds `carillon bans` and `carillon bans lift`. */
export function addBanCommands(program: Command): void {
  const bans = program
    .command('bans')
    .description('list the addresses that are shut out for wrong SIP logins or floods of calls')
    .option('--json', 'as a JSON array of {address, why, since, until, times}')
    .action(async (options: { json?: boolean }) => {
      const answer = await tellDaemon(readSettings(process.env), 'GET', ROUTE);
      print(options.json ? JSON.stringify(itemsOf(answer), null, 2) : bansText(bansIn(answer)));
    });
  bans
    .command('lift')
    .description('let an address in again, at once')
    .argument('<address>', 'as the list shows it, or an IPv6 address within')
    .action(lift);
}

/** Who is shut out, as far as the daemon tells; undefined when it does not answer within `patienceMs`. */
export async function presentBans(
  settings: Settings,
  patienceMs: number,
): Promise<readonly ShownBan[] | undefined> {
  const answer = await askAsAdmin(settings, ROUTE, patienceMs);
  return answer === undefined ? undefined : bansIn(answer);
}

/** Bans in a line: how many, and the newest. */
export function bansLine(bans: readonly ShownBan[]): string {
  const [newest] = bans;
  if (!newest) return 'nobody is shut out';
  const more = bans.length > 1 ? ` and ${bans.length - 1} more` : '';
  return `${harmless(newest.address)}${more} shut out: npx carillon bans`;
}

/** Bans for people. */
export function bansText(bans: readonly ShownBan[]): string {
  if (bans.length === 0) return 'Nobody is shut out.';
  const rows = bans.map(({ address, why, until, times }) => [
    harmless(address),
    harmless(why),
    new Date(until).toISOString().replace('T', ' ').slice(0, 19),
    String(times),
  ]);
  return `${table([['address', 'why', 'until (UTC)', 'times'], ...rows])}\n\nnpx carillon bans lift <address> lets one in again; CARILLON_NEVER_BAN keeps it in.`;
}

async function lift(text: string): Promise<void> {
  const network = networkOf(text.replace(/\/64$/, ''));
  if (network === undefined) throw badUsage(`"${harmless(text)}" is no address.`);
  await tellDaemon(readSettings(process.env), 'DELETE', `${ROUTE}/${encodeURIComponent(network)}`);
  print(`${network} is let in again. To keep it in, name it in CARILLON_NEVER_BAN.`);
}

function itemsOf(answer: unknown): readonly unknown[] {
  const { items } = (answer ?? {}) as { items?: unknown };
  return Array.isArray(items) ? items : [];
}

function bansIn(answer: unknown): readonly ShownBan[] {
  return itemsOf(answer).filter(isBan);
}

function isBan(value: unknown): value is ShownBan {
  const { address, why, until, times } = (value ?? {}) as Record<string, unknown>;
  const isTime = typeof until === 'number' && Math.abs(until) <= 8.64e15;
  return typeof address === 'string' && typeof why === 'string' && isTime && typeof times === 'number';
}
