import { describe, it } from 'vitest';
import { describeContract } from './contract.ts';
import { freeswitchWorld } from './freeswitch-world.ts';

const program = process.env.FREESWITCH_HOME;

const NOT_RUN =
  'NOT RUN on a real FreeSWITCH: set FREESWITCH_HOME to the folder that holds its bin/freeswitch';

if (program)
  describeContract('FreeSWITCH keeps the contract of the port', () => freeswitchWorld(program), {
    detectsMachines: false,
  });
else {
  process.stderr.write(`The contract suite was ${NOT_RUN}\n`);
  describe('FreeSWITCH keeps the contract of the port', () => {
    it.skip(NOT_RUN);
  });
}
