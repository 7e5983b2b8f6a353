import { type Finding, megabytes, ok, problem, warning } from './finding.ts';

/** A file or folder that only its owner may read. */
export interface PrivatePath {
  readonly path: string;
  readonly exists: boolean;
  /** Permission bits, such as 0o700. */
  readonly mode: number;
  readonly ownedByUs: boolean;
}

/** What lies in the data folder. */
export interface InstallationFacts {
  readonly data: PrivatePath & { readonly isFolder: boolean; readonly isWritable: boolean };
  readonly freeBytes: number;
  /** Sentences about settings that are wrong, and names of settings that there are not, with what was meant. */
  readonly wrongSettings: readonly string[];
  readonly unknownSettings: readonly { readonly name: string; readonly hint: string }[];
  readonly secrets: PrivatePath & { /** What is wrong inside; '' for nothing. */ readonly fault: string };
  readonly logs: readonly { readonly file: string; readonly bytes: number }[];
  /** How the daemon died lately, the newest last. */
  readonly crashes: readonly { readonly at: string; readonly words: string }[];
}

/** Less than this is a problem soon: a day of recordings may take it. */
const LITTLE_SPACE = 2 * 2 ** 30;
const NO_SPACE = 100 * 2 ** 20;
/** A log is cut at 10 MB once a minute, so one that is larger is not looked after. */
const LARGEST_LOG = 50 * 2 ** 20;

/** Checks the settings and what belongs to this installation alone. */
export function checkInstallation(facts: InstallationFacts): Finding[] {
  return [
    ...checkSettings(facts),
    checkData(facts),
    ...(facts.data.exists ? [checkSpace(facts), checkSecrets(facts)] : []),
    checkLogs(facts),
    checkCrashes(facts),
  ];
}

function checkSettings({ wrongSettings, unknownSettings }: InstallationFacts): Finding[] {
  const wrong = wrongSettings.map((sentence) =>
    problem('settings', sentence, 'Correct or unset it; nothing starts before.'),
  );
  const unknown = unknownSettings.map(({ name, hint }) =>
    problem(
      'settings',
      `there is no setting ${name}`,
      hint === '' ? 'Unset it; npx carillon --help lists those there are.' : capital(hint),
    ),
  );
  return wrong.length + unknown.length > 0
    ? [...wrong, ...unknown]
    : [ok('settings', 'all CARILLON_ variables are understood')];
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

function checkData({ data }: InstallationFacts): Finding {
  if (!data.exists) return warning('data', `${data.path} is not there yet`, 'Run: npm start');
  if (!data.isFolder)
    return problem('data', `${data.path} is not a folder`, 'Set CARILLON_DATA to a folder.');
  if (!data.isWritable)
    return problem(
      'data',
      `this user may not write to ${data.path}`,
      'Give it to the user that runs Carillon (chown -R), or run this as that user.',
    );
  if (!data.ownedByUs)
    return warning(
      'data',
      `${data.path} belongs to another user`,
      'Run this as the user that runs Carillon, or give the folder to it (chown -R).',
    );
  if ((data.mode & 0o077) !== 0)
    return problem(
      'data',
      `other users of this machine may look into ${data.path}, where recordings and passwords lie`,
      `Run: chmod 700 '${data.path}'`,
    );
  return ok('data', data.path);
}

function checkSpace({ freeBytes, data }: InstallationFacts): Finding {
  const says = `${megabytes(freeBytes)} free under ${data.path}`;
  if (freeBytes < NO_SPACE)
    return problem('space', says, 'Free some: calls go on, but are neither written down nor recorded.');
  if (freeBytes < LITTLE_SPACE) return warning('space', says, 'Free some before recordings fill it.');
  return ok('space', says);
}

function checkSecrets({ secrets }: InstallationFacts): Finding {
  if (!secrets.exists) return warning('secrets', `${secrets.path} is not there yet`, 'Run: npm start');
  if (secrets.fault !== '')
    return problem('secrets', secrets.fault, 'Restore it, or move it away and run: npm start');
  if ((secrets.mode & 0o077) !== 0)
    return problem(
      'secrets',
      `other users of this machine may read ${secrets.path}`,
      `Run: chmod 600 '${secrets.path}' - and make new ones if others work here: move the file away and run npm start`,
    );
  return ok('secrets', 'present, and for their owner only');
}

function checkLogs({ logs }: InstallationFacts): Finding {
  const large = logs.filter(({ bytes }) => bytes > LARGEST_LOG);
  if (large.length === 0)
    return ok('logs', `${megabytes(logs.reduce((sum, { bytes }) => sum + bytes, 0))} in all`);
  return warning(
    'logs',
    large.map(({ file, bytes }) => `${file} has grown to ${megabytes(bytes)}`).join('; '),
    'npm start keeps logs small; whatever else runs the daemon has to rotate them (copytruncate).',
  );
}

function checkCrashes({ crashes }: InstallationFacts): Finding {
  const last = crashes.at(-1);
  if (!last) return ok('crashes', 'the daemon has not crashed as far as its log goes back');
  return warning(
    'crashes',
    `the daemon died ${crashes.length === 1 ? 'once' : `${crashes.length} times`} as far as its log goes back, last ${last.at}: ${last.words}`,
    'Look around that time in the log: npx carillon log --level warn --since 1d',
  );
}
