import { CLOSED, type ClassAssignment, type ClassOfService } from '../call/class-of-service.ts';
import { readPattern } from '../call/dialled-number.ts';

const EVERYBODY: ClassAssignment = { ordinary: 'everything', own: new Map() };

/** Everybody may dial everything: for a stage, where no call costs anything. */
export const ANYWHERE: ClassOfService = {
  ...CLOSED,
  groups: [
    { name: 'anywhere', patterns: ['x...', '+...'].flatMap((text) => readPattern(text) ?? []), rate: 0 },
  ],
  classes: new Map([['everything', new Set(['anywhere'])]]),
  sources: { phone: EVERYBODY, flow: EVERYBODY, campaign: EVERYBODY, caller: EVERYBODY },
};
