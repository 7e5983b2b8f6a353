import { describeContract } from './contract.ts';
import { simulatedWorld } from './simulated-world.ts';

describeContract('the simulated PBX keeps the contract of the port', simulatedWorld);
