import { type Finding, ok, problem, warning } from './finding.ts';

/** Answer of a control interface to our log-in. */
export type LogIn = 'ok' | 'refused' | 'silent' | 'stopping';

/** The PBX as it is found. */
export interface SwitchboardFacts {
  readonly name: 'Asterisk' | 'FreeSWITCH';
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
  /** By the names of its control interfaces. Empty: it does not run, so nobody was asked. */
  readonly control: Readonly<Record<string, LogIn>>;
  /** Whether calls have somewhere to go; undefined when it did not say. */
  readonly isDriven?: boolean;
  readonly daemon?: number;
  /** What the daemon says of itself; undefined when it does not answer. */
  readonly health?: { readonly ready: boolean; readonly problems: readonly string[] };
  /** Addresses that it shuts out; undefined when it does not tell. */
  readonly shutOut?: readonly string[];
  /** Other programs than the daemon that hold a link to its control interface, as the system calls them. */
  readonly strangers: readonly string[];
}

/** What it means that no new calls are taken, and what to do. */
const DRAINING: Readonly<Record<SwitchboardFacts['name'], readonly [says: string, todo: string]>> = {
  Asterisk: [
    'Asterisk takes no new calls: it is being stopped gracefully',
    'Wait until its last call has ended, or call it off with "core abort shutdown" in its console.',
  ],
  FreeSWITCH: [
    'FreeSWITCH takes no new calls: somebody paused it',
    'Have it go on with "fsctl resume" in its console, or restart it when its last call has ended.',
  ],
};

/** Checks the PBX, its control interfaces, and who drives it. */
export function checkSwitchboard(facts: SwitchboardFacts): Finding[] {
  return [
    ...checkProgram(facts),
    ...(facts.pid === undefined
      ? [warning(idOf(facts), `${facts.name} does not run`, 'Run: npm start')]
      : checkRunning(facts, facts.pid)),
    checkDaemon(facts),
    ...checkBans(facts),
  ];
}

function idOf({ name }: SwitchboardFacts): string {
  return name.toLowerCase();
}

function checkProgram(facts: SwitchboardFacts): Finding[] {
  const { name: pbx, program, fault, missingModules, staleConfiguration, pid } = facts;
  const check = `${idOf(facts)}-program`;
  if (fault !== '') return [problem(check, fault, 'Nothing starts before.')];
  if (program === '') return [warning(check, `there is no ${pbx} yet`, 'Run npm start, which unpacks one.')];
  const modules = missingModules.map(({ name, why }) =>
    problem(
      'modules',
      `${name}.so is missing (${why})`,
      `Install ${pbx} completely, or unset CARILLON_${pbx.toUpperCase()}.`,
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
    ok(check, program),
    ...(modules.length > 0 ? modules : [ok('modules', 'all that are needed are there')]),
    stale,
  ];
}

function checkRunning(facts: SwitchboardFacts, pid: number): Finding[] {
  const idle = facts.idleModules.map(({ name, why }) =>
    problem(
      'modules',
      `${name}.so is there but does not run (${why})`,
      `Its reason stands in the log of ${facts.name}: npx carillon status says where.`,
    ),
  );
  return [
    ok(idOf(facts), `runs (process ${pid})`),
    ...idle,
    ...Object.entries(facts.control).map(([name, logIn]) => checkLogIn(facts, name, logIn)),
    ...(facts.isDriven === undefined ? [] : [checkDriver(facts, facts.isDriven)]),
    ...facts.strangers.map((who) =>
      warning(
        'application',
        `another program holds a link to ${Object.keys(facts.control)[0]}: ${who}`,
        'Two that answer the same calls disturb each other: end one.',
      ),
    ),
  ];
}

function checkLogIn({ name: pbx }: SwitchboardFacts, name: string, logIn: LogIn): Finding {
  const check = name.toLowerCase();
  switch (logIn) {
    case 'ok':
      return ok(check, `${name} takes our password`);
    case 'refused':
      return problem(
        check,
        `${name} refuses our password`,
        `Start Carillon again, which gives ${pbx} the one of secrets.json.`,
      );
    case 'silent':
      return problem(
        check,
        `${name} does not answer`,
        `${pbx} hangs or still starts: see its log, then restart it.`,
      );
    case 'stopping':
      return problem('draining', ...DRAINING[pbx]);
  }
}

function checkDriver({ name, daemon }: SwitchboardFacts, isDriven: boolean): Finding {
  if (!isDriven)
    return problem(
      'application',
      `nobody takes the calls that ${name} hands over`,
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
