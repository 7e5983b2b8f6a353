import { fileURLToPath } from 'node:url';
import { describe, it } from 'vitest';
import { describeContract } from './contract.ts';
import { describeDeaths } from './freeswitch-deaths.ts';
import { freeswitchWorld, recordedFreeswitchWorld } from './freeswitch-world.ts';

const program = process.env.FREESWITCH_HOME;
const RECORDS = fileURLToPath(new URL('transcripts/freeswitch', import.meta.url));

const NOT_RUN =
  'NOT RUN on a real FreeSWITCH, but on a record of one (freeswitch.replay.test.ts): set FREESWITCH_HOME to the folder that holds its bin/freeswitch';

if (program) {
  const isRecorded = process.env.RECORD_ESL === '1';
  const world = () => (isRecorded ? recordedFreeswitchWorld(program, RECORDS) : freeswitchWorld(program));
  describeContract('FreeSWITCH keeps the contract of the port', world, {
    detectsMachines: false,
    more: describeDeaths,
  });
} else {
  process.stderr.write(`The contract suite was ${NOT_RUN}\n`);
  describe('FreeSWITCH keeps the contract of the port', () => {
    it.skip(NOT_RUN);
  });
}
