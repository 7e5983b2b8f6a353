import { asteriskWorld } from './asterisk-world.ts';
import { describeContract } from './contract.ts';

describeContract('Asterisk keeps the contract of the port', asteriskWorld);
