import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const src = fileURLToPath(new URL('../src/', import.meta.url));

interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const files: SourceFile[] = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => {
    const text = readFileSync(join(src, path), 'utf8');
    const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((found) => found[1]!);
    return {
      path,
      text,
      imports: imports.map((name) =>
        name.startsWith('.') ? relative(src, resolve(src, dirname(path), name)) : name,
      ),
    };
  });

/** Features in the order of their knowledge: left never imports right. */
const FEATURES = [
  'base',
  'pbx',
  'security',
  'user',
  'audit',
  'branch',
  'call',
  'agent',
  'customer',
  'queue',
  'speech',
  'ivr',
  'campaign',
  'list',
  'contact',
  'dialer',
  'supervise',
  'engine',
  'why',
  'desk',
  'replay',
  'report',
];

/** Files that speak to the world, beside those that their name gives away. */
const SHELLS = [
  /^(setup|http|store|lab|console)\//,
  /^pbx\/[a-z]+\//,
  /\/([a-z]+-)*(table|store|http)\.ts$/,
  /^(main|cli)\.ts$|^cli\//,
  /^ivr\/(flow-files|flow-editor|flow-watch|flow-writing|http-client)\.ts$/,
  /^speech\/(prompt-files|inventory|recordings|sound-cache|run-tool|rendering|espeak|program|service|choose-speech)\.ts$/,
  /^call\/voicemail-keeper\.ts$/,
  /^engine\/((class-of-service|routing)-watch|routing-editor)\.ts$/,
  /^contact\/(policy-watch|wish-(reading|worker|importer|pending|fields))\.ts$/,
  /^security\/(ban-file|ban-keeper)\.ts$/,
  /^list\/(keeper|thread|worker|desk|store|schema|zones|next|intake|imports|import|file)\.ts$/,
  /^user\/(password|sign-in)\.ts$/,
  /^report\/(desk|reader|thread|worker)\.ts$/,
  /^base\/(clock|loop-lag)\.ts$/,
];

const isShell = (path: string): boolean => SHELLS.some((shell) => shell.test(path));
const isStored = (path: string): boolean => /^store\/|\/([a-z]+-)*(table|store)\.ts$/.test(path);
const isHttp = (path: string): boolean => /^http\/|\/([a-z]+-)*http\.ts$/.test(path);
const folderOf = (path: string): string => path.split('/')[0]!;

function offenders(breaks: (file: SourceFile) => string[]): string[] {
  return files.flatMap((file) => breaks(file).map((what) => `${file.path}: ${what}`));
}

test('there are files to hold to the rules', () => {
  expect(files.length).toBeGreaterThan(50);
  expect(files.find((file) => file.path === 'engine/offering.ts')?.imports).toContain('queue/queue.ts');
});

test('left never imports right', () => {
  const found = offenders(({ path, imports }) => {
    const rank = FEATURES.indexOf(folderOf(path));
    if (rank < 0 || isShell(path)) return [];
    return imports.filter((name) => {
      if (!name.includes('/') || !name.endsWith('.ts')) return false;
      const other = FEATURES.indexOf(folderOf(name));
      return other < 0 || other > rank || isStored(name) || isHttp(name);
    });
  });
  expect(found).toEqual([]);
});

/** What knows the kinds of PBX: adapters, set-up, who picks one, and who looks into one past the port. */
const KNOWS_KINDS = [
  /^pbx\//,
  /^setup\/((asterisk|freeswitch)\/|choose-pbx\.ts$)/,
  /^cli\/doctor\/(ask|gather)-/,
  /^lab\/bench\/faults\/pbx-(eye|proxy)\.ts$/,
];
const KIND = /^(?:pbx\/([a-z]+)|setup\/(asterisk|freeswitch))\//;

test('nothing above the port knows which PBX it is', () => {
  const found = offenders(({ path, imports }) =>
    KNOWS_KINDS.some((place) => place.test(path)) ? [] : imports.filter((name) => KIND.test(name)),
  ).filter((line) => !line.startsWith('lab/') || !line.includes('simulated'));
  expect(found).toEqual([]);
});

test('the set-up of one PBX knows nothing of another', () => {
  const kindOf = (path: string): string | undefined => {
    const [, adapter, setup] = KIND.exec(path) ?? [];
    return adapter ?? setup;
  };
  const found = offenders(({ path, imports }) =>
    path.startsWith('setup/') && kindOf(path) !== undefined
      ? imports.filter((name) => kindOf(name) !== undefined && kindOf(name) !== kindOf(path))
      : [],
  );
  expect(found).toEqual([]);
});

test('an adapter imports no other and no feature', () => {
  const found = offenders(({ path, imports }) => {
    const adapter = /^pbx\/[a-z]+\//.exec(path)?.[0];
    if (!adapter) return [];
    return imports.filter(
      (name) =>
        name.endsWith('.ts') &&
        !name.startsWith('base/') &&
        !/^pbx\/[a-z]+\.ts$/.test(name) &&
        !name.startsWith(adapter),
    );
  });
  expect(found).toEqual([]);
});

test('pure files touch no world: no node modules, no clock, no chance, no timers', () => {
  const found = offenders(({ path, text, imports }) => {
    if (isShell(path)) return [];
    const calls = ['Date.now', 'setTimeout', 'setInterval', 'Math.random', 'process.', 'console.'].filter(
      (call) => text.includes(call),
    );
    return [...imports.filter((name) => name.startsWith('node:') || name === 'pino'), ...calls];
  });
  expect(found).toEqual([]);
});

test.each([
  ['fastify', (path: string) => isHttp(path)],
  ['drizzle-orm', (path: string) => isStored(path)],
  ['better-sqlite3', (path: string) => path.startsWith('store/')],
  ['ws', (path: string) => /^(pbx|http|lab\/bench)\//.test(path)],
])('%s is imported only where it belongs', (library, allowed) => {
  const found = offenders(({ path, imports }) =>
    allowed(path)
      ? []
      : imports.filter(
          (name) => name === library || name.startsWith(`${library}/`) || name.startsWith(`@${library}/`),
        ),
  );
  expect(found).toEqual([]);
});

test('sockets to the PBX are opened in link files only', () => {
  const found = offenders(({ path, imports }) =>
    path.startsWith('pbx/') && !/-?link\.ts$/.test(path)
      ? imports.filter((name) => ['node:net', 'node:http', 'ws'].includes(name))
      : [],
  );
  expect(found).toEqual([]);
});

test('the environment is read in main, cli, set-up and benches only, transactions are opened in the store only', () => {
  const found = offenders(({ path, text }) => [
    ...(/^(main|cli|console\/vite\.config)\.ts$|^(cli|setup|lab\/bench)\//.test(path)
      ? []
      : ['process.env'].filter((word) => text.includes(word))),
    ...(path.startsWith('store/') ? [] : ['.transaction('].filter((word) => text.includes(word))),
  ]);
  expect(found).toEqual([]);
});

test('no junk drawers and no barrels', () => {
  const names = files
    .map((file) => file.path)
    .filter((path) => /(^|\/)(utils?|helpers?|managers?|types?|index)(\/|\.ts$)/.test(path));
  expect(names).toEqual([]);
});

test('the console takes nothing but types from the rest', () => {
  const outside = readdirSync(join(src, 'console'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(ts|vue)$/.test(path))
    .flatMap((path) => {
      const text = readFileSync(join(src, 'console', path), 'utf8');
      return [...text.matchAll(/import\s+(type\s)?[^;]*?from\s*'(\.[^']+)'/g)]
        .filter(
          ([, , name]) =>
            relative(src, resolve(src, 'console', dirname(path), name!)).split('/')[0] !== 'console',
        )
        .map(([, type, name]) => ({ path, name, isType: type !== undefined }));
    });
  expect(outside).toContainEqual({ path: 'session.ts', name: '../user/http.ts', isType: true });
  expect(outside.filter(({ isType }) => !isType)).toEqual([]);
});
