import { fileURLToPath } from 'node:url';
import { describeContract } from './contract.ts';
import { describeDeaths } from './freeswitch-deaths.ts';
import { recordIn, replayedWorld } from './replay/replayed-world.ts';

const FOLDER = fileURLToPath(new URL('transcripts/freeswitch', import.meta.url));
const record = recordIn(FOLDER);

process.stderr.write(`The contract suite runs against a scripted peer that replays a record of ${record}\n`);
describeContract(`The record of ${record} keeps the contract of the port`, () => replayedWorld(FOLDER), {
  detectsMachines: false,
  more: describeDeaths,
});
