/**
 * Loaded into a daemon with `--import`: notes each commit that it makes into the database, a line with the time, in the file
 * that CARILLON's log folder holds beside the daemon's log. Nothing else changes.
 */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventLog } from '../../../engine/store.ts';

const data = process.env.CARILLON_DATA ?? '';
const commit = EventLog.prototype.commit;

EventLog.prototype.commit = function noted(this: EventLog, work) {
  commit.call(this, work);
  appendFileSync(join(data, `commits-${process.pid}`), `${Date.now()}\n`);
};
