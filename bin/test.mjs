// `npm test`: installs what the tests need, then lint, types and tests. The last line is `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { checkCaller, ensurePackages, giveUp, project, runForeground, runner } from './bootstrap.mjs';

/** Callers, phones and a browser that we did not write: program → Debian packages. */
const TOOLS = {
  sipp: ['sip-tester'],
  baresip: ['baresip-core'],
  linphonec: ['linphone-cli'],
  // With letters for the Chinese pages.
  chromium: ['chromium', 'fonts-noto-cjk'],
};

const say = (line) => process.stdout.write(`• ${line}\n`);
const bin = (path) => join(project, 'node_modules', path);

checkCaller();
await ensurePackages(true, say);
ensureTools();
const node = runner();
if ((await runForeground(node, [join(project, 'test/asterisk/ensure-pbx.ts')])) !== 0)
  giveUp('The tests need an Asterisk; the line above says what is in the way.');

if (!process.env.FREESWITCH_HOME)
  say(
    'NOT RUN: the tests of the centre on FreeSWITCH. Set FREESWITCH_HOME to the folder that holds its bin/freeswitch.',
  );

process.chdir(project);
const chosen = process.argv.slice(2);
const count = { passed: 0, failed: 0 };
if (chosen.length === 0) {
  await check('biome', [
    bin('@biomejs/biome/bin/biome'),
    'ci',
    '--error-on-warnings',
    `--colors=${process.stdout.isTTY ? 'force' : 'off'}`,
    '.',
  ]);
  await check('types', [bin('typescript/bin/tsc'), '-p', '.']);
  await check('types of the console', [bin('vue-tsc/bin/vue-tsc.js'), '-p', 'src/console', '--noEmit']);
}
await runVitest();
process.stdout.write(`\n${count.passed} passed, ${count.failed} failed\n`);
process.exit(count.failed > 0 ? 1 : 0);

async function check(name, args) {
  const code = await runForeground(node, args);
  say(`${name}: ${code === 0 ? 'passed' : 'FAILED'}`);
  count[code === 0 ? 'passed' : 'failed'] += 1;
}

async function runVitest() {
  const folder = mkdtempSync(join(tmpdir(), 'carillon-test-'));
  const report = join(folder, 'report.json');
  const code = await runForeground(node, [
    bin('vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...chosen,
  ]);
  const result = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {};
  rmSync(folder, { recursive: true, force: true });
  const passed = result.numPassedTests ?? 0;
  const failed = result.numFailedTests ?? 0;
  count.passed += passed;
  count.failed += failed;
  // A file that does not load, an error outside of a test, or no test at all: failed, whatever was counted.
  if (failed === 0 && (code !== 0 || passed === 0)) count.failed += 1;
}

function ensureTools() {
  const missing = Object.entries(TOOLS).filter(([program]) => !isOnPath(program));
  if (missing.length === 0) return;
  const packages = missing.flatMap(([, names]) => names);
  const byHand = `Run: sudo apt-get install ${packages.join(' ')}`;
  if (!isOnPath('apt-get'))
    giveUp(
      `The tests need ${missing.map(([name]) => name).join(', ')} on the PATH, and only Debian's are known. Install them.`,
    );
  if (process.getuid?.() !== 0) giveUp(`The tests need ${packages.join(', ')}. ${byHand}`);
  say(`Installing ${packages.join(', ')} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { env, encoding: 'utf8', maxBuffer: 64 * 2 ** 20 };
  spawnSync('apt-get', ['update', '-o', 'DPkg::Lock::Timeout=120'], options);
  const install = ['install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120', ...packages];
  const result = spawnSync('apt-get', install, options);
  if (result.status === 0) return;
  process.stderr.write(`${result.stderr ?? ''}\n`);
  giveUp(`apt-get could not install ${packages.join(', ')}. ${byHand}`);
}

function isOnPath(program) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .some((folder) => folder && existsSync(join(folder, program)));
}
