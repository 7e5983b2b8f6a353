import { join } from 'node:path';

/** Where the data folder `data` keeps all that belongs to FreeSWITCH. */
export function freeswitchHome(data: string): string {
  return join(data, 'freeswitch');
}

/** Where FreeSWITCH of the data folder `data` reads its configuration. */
export function freeswitchEtc(data: string): string {
  return join(freeswitchHome(data), 'etc');
}

/** The log that FreeSWITCH writes warnings and errors to. */
export function freeswitchLog(data: string): string {
  return join(freeswitchHome(data), 'log/freeswitch.log');
}

/** What FreeSWITCH prints outside of its log, such as why it does not start. */
export function freeswitchConsole(data: string): string {
  return join(freeswitchHome(data), 'log/console.log');
}
