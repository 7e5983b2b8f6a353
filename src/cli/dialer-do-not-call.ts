import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DoNotCallImportView } from '../contact/wish-import-http.ts';
import { readSettings } from '../setup/settings.ts';
import { tellDaemon } from './daemon.ts';
import { send } from './dialer-import.ts';
import { counted, harmless, print, table, unreadable } from './terminal.ts';

const ROUTE = '/api/do-not-call/imports';
const LOOK_EVERY_MS = 500;
/** Refused rows that are shown. */
const SHOWN = 20;

/**
 * `carillon dialer do-not-call FILE --source NAME`: sends the file and waits until its numbers are remembered. Returns the exit code.
 * @throws Refused `bad-usage`, or what the daemon refuses
 */
export async function importDoNotCall(
  file: string,
  {
    source,
    campaign,
    json,
  }: { readonly source: string; readonly campaign?: string; readonly json?: boolean },
): Promise<number> {
  await stat(file).catch((thrown: unknown) => {
    throw unreadable(file, thrown);
  });
  const settings = readSettings(process.env);
  const query = new URLSearchParams({ source, ...(campaign !== undefined && { campaign }) });
  let seen = await send<DoNotCallImportView>(settings, file, `${ROUTE}?${query}`, () => undefined);
  while (seen.status === 'running') {
    await sleep(LOOK_EVERY_MS);
    seen = (await tellDaemon(settings, 'GET', `${ROUTE}/${seen.id}`)) as DoNotCallImportView;
  }
  if (json) print(JSON.stringify(seen, null, 2));
  else for (const line of endLines(seen)) print(line);
  return seen.status === 'finished' ? 0 : 1;
}

/** How an import ended, for people. */
export function endLines({ source, entries, refused, refusedRows, problem }: DoNotCallImportView): string[] {
  const rows = refusedRows
    .slice(0, SHOWN)
    .map(({ line, text, reason }) => [`line ${line}`, harmless(text), reason]);
  const more = refused > rows.length ? [`and ${refused - rows.length} more`] : [];
  return [
    `${counted(entries, 'number')} of ${harmless(source)} will not be called, ${counted(refused, 'row')} refused.`,
    ...(problem === '' ? [] : [harmless(problem)]),
    ...(rows.length > 0 ? [table(rows)] : []),
    ...more,
  ];
}
