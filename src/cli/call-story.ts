import { existsSync } from 'node:fs';
import { redactor } from '../base/redact.ts';
import { EventLog } from '../engine/store.ts';
import { storeFile } from '../setup/prepare.ts';
import { readDatabase } from '../store/read-only.ts';
import type { LogLine } from './log-line.ts';

const INFO = 30;

/** What the event log holds of a call, as lines between those of the daemon's log. Phone numbers are masked as they are there. */
export async function callStory(data: string, call: string): Promise<readonly LogLine[]> {
  const file = storeFile(data);
  if (!existsSync(file)) return [];
  const events = (await readDatabase(file, (database) => new EventLog(database).ofCall(call))) ?? [];
  const safe = redactor([]);
  return events.map(({ at, type, agent, data: facts }) => ({
    at,
    level: INFO,
    message: type,
    fields: { part: 'event', ...safe({ ...facts, ...(agent != null && { agent }) }), call },
  }));
}
