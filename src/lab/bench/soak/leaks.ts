import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { storeFile } from '../../../setup/prepare.ts';
import { connect } from '../../../store/connect.ts';
import type { Sight } from '../faults/api.ts';
import { leftovers } from '../faults/leftovers.ts';

const PATIENCE_MS = 60_000;
/** A second of 8 kHz, 16 bits, and the header of a WAV file: what the keeper of messages takes for nothing. */
const SILENT_BYTES = 44 + 16_000;

/** What should be gone when everybody has gone. */
export interface Leaks {
  /** Rows of the store of calls and legs that have not ended. */
  readonly openCalls: number;
  readonly openLegs: number;
  readonly channels: number;
  readonly bridges: number;
  readonly stuckAgents: number;
  /** Half-written files, and recordings with something in them that no message of the store belongs to. */
  readonly files: number;
}

/** Looks for them, after a minute at most in which the centre may tidy up. */
export async function leaksOf(sight: Sight, data: string): Promise<Leaks> {
  const { channels, bridges, stuck } = await leftovers(sight, PATIENCE_MS);
  const database = connect(storeFile(data));
  try {
    const count = (sql: string): number => Number((database.prepare(sql).get() as { n: number }).n);
    const spool = join(data, 'asterisk/spool');
    // Recordings of nothing stay for an hour.
    const recordings = filesIn(join(spool, 'recording')).filter(({ size }) => size > SILENT_BYTES).length;
    return {
      openCalls: count('select count(*) as n from "call" where ended_at is null'),
      openLegs: count('select count(*) as n from leg where ended_at is null'),
      channels,
      bridges,
      stuckAgents: stuck,
      files:
        filesIn(join(spool, 'tmp')).length +
        filesIn(data).filter(({ name }) => /\.(new|tmp|part)$/.test(name)).length +
        Math.max(0, recordings - count('select count(*) as n from voicemail')),
    };
  } finally {
    database.close();
  }
}

function filesIn(folder: string): { readonly name: string; readonly size: number }[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => ({ name, size: statSync(join(parentPath, name)).size }));
}
