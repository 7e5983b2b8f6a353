import { type Finding, ok, problem, warning } from './finding.ts';

/** Answer of a control interface to our log-in. */
export type LogIn = 'ok' | 'refused' | 'silent' | 'stopping';

/** The PBX as it is found. */
export interface SwitchboardFacts {
  /** Its version and where it is from; '' when there is none yet. */
  readonly program: string;
  /** Why it cannot be used, a sentence; '' when it can. */
  readonly fault: string;
  /** Modules that are not there, and what each is for. */
  readonly missingModules: readonly { readonly name: string; readonly why: string }[];
  /** Modules that are there and do not run, in one that does. */
  readonly idleModules: readonly { readonly name: string; readonly why: string }[];
  readonly pid?: number;
  /** Files of its configuration that a start would change. */
  readonly staleConfiguration: readonly string[];
  /** Undefined: it does not run, so nobody was asked. */
  readonly ari?: LogIn;
  readonly ami?: LogIn;
  /** Whether calls have somewhere to go. */
  readonly isAppRegistered: boolean;
  readonly daemon?: number;
  /** What the daemon says of itself; undefined when it does not answer. */
  readonly health?: { readonly ready: boolean; readonly problems: readonly string[] };
  /** Addresses that it shuts out; undefined when it does not tell. */
  readonly shutOut?: readonly string[];
  /** Other programs than the daemon that hold a link to its control interface, as the system calls them. */
  readonly strangers: readonly string[];
}

/** Checks the PBX, its control interfaces, and who drives it. */
export function checkSwitchboard(facts: SwitchboardFacts): Finding[] {
  return [
    ...checkProgram(facts),
    ...(facts.pid === undefined
      ? [warning('asterisk', 'Asterisk does not run', 'Run: npm start')]
      : checkRunning(facts, facts.pid)),
    checkDaemon(facts),
    ...checkBans(facts),
  ];
}

function checkProgram({
  program,
  fault,
  missingModules,
  staleConfiguration,
  pid,
}: SwitchboardFacts): Finding[] {
  if (fault !== '') return [problem('asterisk-program', fault, 'Nothing starts before.')];
  if (program === '')
    return [warning('asterisk-program', 'there is no Asterisk yet', 'Run npm start, which unpacks one.')];
  const modules = missingModules.map(({ name, why }) =>
    problem(
      'modules',
      `${name}.so is missing (${why})`,
      'Install Asterisk completely, or unset CARILLON_ASTERISK.',
    ),
  );
  const stale =
    staleConfiguration.length === 0
      ? ok('configuration', 'as the settings say')
      : warning(
          'configuration',
          `these files are not as the settings say: ${staleConfiguration.join(', ')}`,
          pid === undefined ? 'Run: npm start' : 'Start Carillon again to have them taken up.',
        );
  return [
    ok('asterisk-program', program),
    ...(modules.length > 0 ? modules : [ok('modules', 'all that are needed are there')]),
    stale,
  ];
}

function checkRunning(facts: SwitchboardFacts, pid: number): Finding[] {
  const idle = facts.idleModules.map(({ name, why }) =>
    problem(
      'modules',
      `${name}.so is there but does not run (${why})`,
      'Its reason stands in the log of Asterisk: npx carillon status says where.',
    ),
  );
  return [
    ok('asterisk', `runs (process ${pid})`),
    ...idle,
    ...checkLogIn('ari', 'ARI', facts.ari),
    ...checkLogIn('ami', 'AMI', facts.ami),
    ...(facts.ami === 'stopping' ? [stopping()] : []),
    ...(facts.ari === 'ok' ? [checkApp(facts)] : []),
    ...facts.strangers.map((who) =>
      warning(
        'application',
        `another program holds a link to ARI: ${who}`,
        'Two that answer the same calls disturb each other: end one.',
      ),
    ),
  ];
}

function checkLogIn(check: string, name: string, logIn: LogIn | undefined): Finding[] {
  switch (logIn) {
    case 'ok':
      return [ok(check, `${name} takes our password`)];
    case 'refused':
      return [
        problem(
          check,
          `${name} refuses our password`,
          'Start Carillon again, which gives Asterisk the one of secrets.json.',
        ),
      ];
    case 'silent':
      return [
        problem(
          check,
          `${name} does not answer`,
          'Asterisk hangs or still starts: see its log, then restart it.',
        ),
      ];
    default:
      return [];
  }
}

function stopping(): Finding {
  return problem(
    'draining',
    'Asterisk takes no new calls: it is being stopped gracefully',
    'Wait until its last call has ended, or call it off with "core abort shutdown" in its console.',
  );
}

function checkApp({ isAppRegistered, daemon }: SwitchboardFacts): Finding {
  if (!isAppRegistered)
    return problem(
      'application',
      'nobody takes the calls that Asterisk hands over',
      'Start the daemon: npm start; callers wait in the dialplan until it is there.',
    );
  return daemon === undefined
    ? warning(
        'application',
        'the calls are handed to an application whose daemon is not that of this data folder, or is gone',
        'Run npm start here, or end the other one.',
      )
    : ok('application', `calls are handed to the daemon (process ${daemon})`);
}

function checkDaemon({ daemon, health }: SwitchboardFacts): Finding {
  if (daemon === undefined) return warning('daemon', 'the daemon does not run', 'Run: npm start');
  if (!health)
    return problem(
      'daemon',
      `the daemon (process ${daemon}) does not answer`,
      'Its supervisor replaces one that hangs; see its log: npx carillon log',
    );
  const [first] = health.problems;
  if (!health.ready)
    return problem('daemon', `the daemon takes no calls: ${health.problems.join('; ')}`, 'Mend that first.');
  return first === undefined
    ? ok('daemon', `takes calls (process ${daemon})`)
    : warning('daemon', `the daemon takes calls, but: ${health.problems.join('; ')}`, 'Mend that.');
}

function checkBans({ shutOut }: SwitchboardFacts): Finding[] {
  if (!shutOut) return [];
  if (shutOut.length === 0) return [ok('bans', 'no address is shut out')];
  const named = shutOut.slice(0, 3).join(', ');
  return [
    warning(
      'bans',
      `${shutOut.length} shut out for wrong logins or floods of calls: ${named}${shutOut.length > 3 ? ' …' : ''}`,
      'npx carillon bans says why and until when; npx carillon bans lift <address> lets one of yours in again.',
    ),
  ];
}
