import { counted } from '../terminal.ts';
import type { TrunkAnswer } from './ask-trunk.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

/** What callers meet with. */
export interface ServiceFacts {
  readonly trunk: { readonly address: string; readonly answer: TrunkAnswer; readonly isDefault: boolean };
  /** Phones that may register, and those that have; undefined: nobody could be asked. */
  readonly phones: { readonly known: number; readonly registered?: number };
  readonly flows: {
    readonly errors: number;
    readonly warnings: number;
    readonly count: number;
    readonly fault: string;
  };
  readonly prompts: { readonly silent: readonly string[]; readonly unmade: number; readonly fault: string };
  /** Whether the programs that speak are there. */
  readonly hasSpeech: boolean;
  /** What is wrong in the file that says who may dial what; undefined when there is none. */
  readonly classOfService?: { readonly errors: number; readonly first: string };
  /** The same of the routing rules. */
  readonly routing?: { readonly errors: number; readonly first: string };
}

/** Checks what is on the other side of the PBX, and what callers hear. */
export function checkService(facts: ServiceFacts): Finding[] {
  return [
    checkTrunk(facts),
    checkPhones(facts),
    checkFlows(facts),
    ...checkPrompts(facts),
    ...checkClassOfService(facts),
    ...checkRouting(facts),
  ];
}

function checkTrunk({ trunk: { address, answer, isDefault } }: ServiceFacts): Finding {
  if (answer === 'unknown')
    return problem(
      'trunk',
      `the name of the trunk, ${address}, has no address now: nobody outside can be called`,
      'Check DNS on this machine, and CARILLON_TRUNK.',
    );
  if (answer === 'answers') return ok('trunk', `${address} answers`);
  return isDefault
    ? warning(
        'trunk',
        `only the default trunk ${address} is set, where nobody may listen`,
        'Set CARILLON_TRUNK to the address of your carrier.',
      )
    : warning(
        'trunk',
        `${address} does not answer OPTIONS`,
        'Not every carrier does. If calls to outside fail too, check the address, the route and the firewall.',
      );
}

function checkPhones({ phones: { known, registered } }: ServiceFacts): Finding {
  if (known === 0) return warning('phones', 'no phone may register', 'Add phones, or run npm start once.');
  if (registered === undefined) return ok('phones', `${known} may register; who has was not asked`);
  return registered === 0
    ? warning(
        'phones',
        `none of ${known} phones is registered: callers reach nobody`,
        'npx carillon phones says what to type into one.',
      )
    : ok('phones', `${registered} of ${known} are registered`);
}

function checkFlows({ flows: { errors, warnings, count, fault } }: ServiceFacts): Finding {
  const todo = 'npx carillon flow check names them, with what to do.';
  if (fault !== '') return problem('flows', fault, 'Correct CARILLON_FLOWS, or the files.');
  if (errors > 0) return problem('flows', `${counted(errors, 'error')} in the flow files`, todo);
  if (warnings > 0) return warning('flows', `${counted(warnings, 'warning')} in the flow files`, todo);
  return count === 0
    ? problem('flows', 'there is no flow, so every caller is refused', 'Write one: see docs/flows.md')
    : ok('flows', `${count} flow files without a fault`);
}

function checkPrompts({ prompts: { silent, unmade, fault }, hasSpeech }: ServiceFacts): Finding[] {
  const speech = hasSpeech
    ? ok('speech', 'the programs that speak are there')
    : warning(
        'speech',
        'espeak-ng and sox are missing',
        'Run npm start, or: sudo apt-get install espeak-ng sox',
      );
  if (fault !== '') return [speech, problem('prompts', fault, 'Correct the flow files.')];
  if (silent.length > 0)
    return [
      speech,
      problem(
        'prompts',
        `callers hear nothing of ${silent.slice(0, 5).join(', ')}${silent.length > 5 ? ' …' : ''}`,
        'Record them, or write their words: npx carillon prompts missing',
      ),
    ];
  return [
    speech,
    unmade === 0
      ? ok('prompts', 'all are there')
      : warning('prompts', `${unmade} are not made yet`, 'The daemon makes them when it starts: npm start'),
  ];
}

function checkClassOfService({ classOfService }: ServiceFacts): Finding[] {
  if (!classOfService) return [];
  return [
    classOfService.errors === 0
      ? ok('class-of-service', 'who may dial what is understood')
      : problem(
          'class-of-service',
          `the file that says who may dial what has ${classOfService.errors} errors: ${classOfService.first}`,
          'Correct dialplan/class-of-service.yaml; until then what ran last, or nothing, may be dialled.',
        ),
  ];
}

function checkRouting({ routing }: ServiceFacts): Finding[] {
  if (!routing) return [];
  return [
    routing.errors === 0
      ? ok('routing', 'the routing rules are understood')
      : problem(
          'routing',
          `the routing rules have ${routing.errors} errors: ${routing.first}`,
          'Run: npx carillon routing check. Until they are mended the last good rules are in force; without any there are no queues.',
        ),
  ];
}
