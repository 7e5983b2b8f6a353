// Runs on the Node of whoever calls, before anything is installed: no dependencies, nothing newer than Node 20.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const project = dirname(dirname(fileURLToPath(import.meta.url)));
const OLDEST_CALLER = 20;
const OLDEST_RUNNER = [22, 14];
/** After this long a lock says whose it is, or nobody is going to write it. */
const LOCK_WRITTEN_MS = 3000;
const LOCK = join(project, '.carillon-install.lock');

/** Prints one sentence and ends. */
export function giveUp(sentence) {
  process.stderr.write(`\n${sentence}\n`);
  process.exit(1);
}

/** Makes sure that this Node can install the rest. */
export function checkCaller() {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_CALLER)
    giveUp(
      `This is Node ${process.versions.node}, and ${OLDEST_CALLER} or newer is needed. Install a newer one and run it again.`,
    );
}

/** Installs the Node packages of package-lock.json unless they are there. `withDev`: also what only tests need. */
export async function ensurePackages(withDev, say) {
  if (isInstalled(withDev)) return;
  await takeLock(say);
  const release = () => rmSync(LOCK, { recursive: true, force: true });
  // Also when the installation gives up, which ends the process.
  process.once('exit', release);
  if (!isInstalled(withDev)) install(say);
  release();
  process.off('exit', release);
}

/** The Node to run Carillon on: the one that npm installed here. */
export function runner() {
  const own = join(project, 'node_modules/node/bin/node');
  if (existsSync(own)) return own;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_RUNNER[0] || (major === OLDEST_RUNNER[0] && minor >= OLDEST_RUNNER[1]))
    return process.execPath;
  return giveUp(
    'npm did not install the package "node". Allow its install script (npm config set ignore-scripts false), delete node_modules and run it again.',
  );
}

/** Runs a program with our terminal, passes signals on, and resolves with its exit code. */
export function runForeground(command, args, env = process.env) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: 'inherit', env });
    const pass = (signal) => child.kill(signal);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, pass);
    if (process.env.npm_lifecycle_event) whenParentEnds(() => pass('SIGTERM'));
    child.on('error', (error) => giveUp(`${command} could not be started: ${error.message}`));
    child.on('exit', (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}

/** npm passes a signal only to the shell that it runs us in, and that shell dies of it without telling us. */
function whenParentEnds(act) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    act();
  }, 250);
  timer.unref();
}

/** npm keeps a record of what it installed; it is complete only after the last install script has run. */
function isInstalled(withDev) {
  const wanted = packagesIn(join(project, 'package-lock.json'));
  const present = packagesIn(join(project, 'node_modules/.package-lock.json'));
  if (!wanted) return giveUp('package-lock.json is missing or damaged. Run: git checkout package-lock.json');
  if (!present) return false;
  return Object.entries(wanted).every(([path, { version, optional, dev, devOptional }]) => {
    if (path === '' || optional || devOptional || (dev && !withDev)) return true;
    return present[path]?.version === version;
  });
}

function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

function install(say) {
  say('Installing Node packages (npm ci) …');
  const started = Date.now();
  const result = npm('ci');
  if (result.signal) process.exit(130);
  if (result.error)
    giveUp(`npm could not be started (${result.error.message}). Install npm and run it again.`);
  if (result.status !== 0) {
    const output = `${result.stdout}\n${result.stderr}`;
    process.stderr.write(`${output.trim().split('\n').slice(-15).join('\n')}\n`);
    giveUp(reasonOf(output));
  }
  say(`Node packages installed in ${Math.round((Date.now() - started) / 1000)} s`);
}

function npm(command) {
  return spawnSync('npm', [command, '--no-audit', '--no-fund', '--loglevel=error', '--include=dev'], {
    cwd: project,
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  });
}

function reasonOf(output) {
  if (/ENOSPC/.test(output)) return `The disk of ${project} is full. Free about 500 MB and run it again.`;
  if (/EACCES|EROFS|EPERM/.test(output))
    return `This user may not write to ${project}. Give it the right, or clone into a folder of its own.`;
  if (/ENOTFOUND|ETIMEDOUT|ECONNREFUSED|EAI_AGAIN/.test(output))
    return 'npm does not reach its registry. Check the network or the proxy settings of npm, and run it again.';
  return 'npm ci failed; its last lines are above. Mend what they name and run it again.';
}

/** Two starts of one clone at once must not install into each other's feet. */
async function takeLock(say) {
  for (let told = false; ; ) {
    try {
      mkdirSync(LOCK);
      writeFileSync(join(LOCK, 'pid'), String(process.pid));
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') {
        rmSync(LOCK, { recursive: true, force: true });
        giveUp(reasonOf(`${error.code} ${error.message}`));
      }
      if (isStale()) rmSync(LOCK, { recursive: true, force: true });
      else if (!told) say('Waiting for another start that is installing Node packages …');
      told = true;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
}

function isStale() {
  try {
    if (Date.now() - statSync(LOCK).mtimeMs < LOCK_WRITTEN_MS) return false;
    const pid = existsSync(join(LOCK, 'pid')) ? readFileSync(join(LOCK, 'pid'), 'utf8') : '';
    // In a container a new process may have the number of the one that left the lock: that one is not us.
    return pid === '' || pid === String(process.pid) || !existsSync(`/proc/${pid}`);
  } catch {
    return false;
  }
}
