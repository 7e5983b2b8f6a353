import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, type TestContext } from 'vitest';
import { inProject } from '../../src/setup/project.ts';
import { RunningCentre } from '../centre/centre.ts';
import { toneWav } from '../phones/tone.ts';

/** The tone that the microphones of pages hear unless told otherwise, Hz. */
export const MICROPHONE_TONE = 700;

const PASSWORD = 'a good password for tests';

/** Where pictures of a failed test's pages go, below the project. */
const SCREENSHOTS = '.carillon-test/screenshots';

export interface StageOptions {
  /** May change the flow files, in this folder, before the centre starts. */
  readonly furnish?: (flows: string) => void;
  /** Further settings of the centre. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Someone {
  readonly role: string;
  readonly agentId?: string;
  readonly branch?: string;
}

export interface PageOptions {
  readonly language?: 'zh-CN' | 'en';
  /** Hz of the sine that the microphone of the page hears. */
  readonly tone?: number;
  readonly width?: number;
}

/**
 * A whole centre and a browser for the tests of a file: call it once at its top. Errors that a page throws or logs fail the test in
 * which they happen; pictures of a failed test's pages are in .carillon-test/screenshots.
 */
export class ConsoleStage {
  centre!: RunningCentre;
  /** One for each tone: the microphone is the browser's. */
  readonly #browsers = new Map<number, Browser>();
  readonly #contexts = new Set<BrowserContext>();
  readonly #users = new Map<string, { readonly login: string; readonly password: string }>();
  /** What each page asked the API of late, for the report of a failed test. */
  readonly #asked = new Map<Page, string[]>();
  #errors: string[] = [];
  #tolerated: RegExp[] = [];

  constructor(options: StageOptions = {}) {
    beforeAll(async () => {
      checkNetwork();
      this.centre = await RunningCentre.start(options.furnish, options.env);
    }, 300_000);
    beforeEach(() => this.#begin());
    afterEach((context) => this.#end(context));
    afterAll(async () => {
      for (const browser of this.#browsers.values()) await browser.close();
      await this.centre?.stop();
    }, 60_000);
  }

  get url(): string {
    return `http://localhost:${this.centre.settings.httpPort}`;
  }

  /** Messages that match are no failure in the present test. */
  tolerate(...messages: readonly RegExp[]): void {
    this.#tolerated.push(...messages);
  }

  /** A window of a browser in which he is signed in, or nobody. Its pages share his session. It is closed at the end of the test. */
  async window(
    who: Someone | undefined,
    { language = 'en', tone = MICROPHONE_TONE, width = 1280 }: PageOptions = {},
  ): Promise<BrowserContext> {
    const browser = await this.#browser(tone);
    const context = await browser.newContext({
      baseURL: this.url,
      locale: language,
      viewport: { width, height: 800 },
      permissions: ['microphone'],
    });
    this.#contexts.add(context);
    context.setDefaultTimeout(15_000);
    context.on('page', (page) => this.#watch(page));
    if (who) await context.addCookies([await this.#cookieOf(who)]);
    return context;
  }

  /** A page that he has opened. @param path such as `/desk` */
  async page(who: Someone | undefined, path: string, options: PageOptions = {}): Promise<Page> {
    const page = await (await this.window(who, options)).newPage();
    await page.goto(path);
    return page;
  }

  /** Login and password of somebody like this: a user of the demonstration where he has the seat, else one who is made. */
  async userFor(who: Someone): Promise<{ readonly login: string; readonly password: string }> {
    const key = JSON.stringify([who.role, who.agentId, who.branch]);
    const known = this.#users.get(key);
    if (known) return known;
    const user = (await this.#atSeat(who)) ?? { login: `test-${this.#users.size + 1}`, password: PASSWORD };
    if (user.login.startsWith('test-'))
      await this.centre.api('/api/users', { ...user, name: user.login, ...who });
    this.#users.set(key, user);
    return user;
  }

  /** Whoever has the seat already is given a password that we know. */
  async #atSeat({ agentId, role }: Someone): Promise<{ login: string; password: string } | undefined> {
    if (agentId === undefined) return undefined;
    const { items } = await this.centre.api<{
      items: { id: string; login: string; role: string; agentId: string | null }[];
    }>('/api/users');
    const found = items.find((user) => user.agentId === agentId);
    if (!found) return undefined;
    if (found.role !== role) throw new Error(`agent ${agentId} is a user of role ${found.role}`);
    await this.centre.api(`/api/users/${found.id}/password`, { password: PASSWORD });
    return { login: found.login, password: PASSWORD };
  }

  /** Closes the browser with this tone as a crash would. */
  async kill(tone = MICROPHONE_TONE): Promise<void> {
    const browser = this.#browsers.get(tone);
    if (!browser) throw new Error(`no browser hears ${tone} Hz`);
    this.#browsers.delete(tone);
    for (const context of browser.contexts()) this.#contexts.delete(context);
    const session = await browser.newBrowserCDPSession();
    // It answers nothing any more.
    await session.send('Browser.crash').catch(() => undefined);
    await browser.close().catch(() => undefined);
  }

  async #cookieOf(who: Someone): Promise<{ name: string; value: string; url: string }> {
    const user = await this.userFor(who);
    const response = await fetch(`${this.url}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-carillon-console': '1', origin: this.url },
      body: JSON.stringify(user),
    });
    const [cookie = ''] = response.headers.getSetCookie();
    const [, name, value] = /^([^=]+)=([^;]+)/.exec(cookie) ?? [];
    if (!response.ok || name === undefined || value === undefined)
      throw new Error(`${user.login} could not sign in: ${response.status} ${await response.text()}`);
    return { name, value, url: this.url };
  }

  async #browser(tone: number): Promise<Browser> {
    const running = this.#browsers.get(tone);
    if (running?.isConnected()) return running;
    const browser = await chromium.launch({
      executablePath: chromiumProgram(),
      chromiumSandbox: false,
      args: [
        '--use-fake-ui-for-media-stream',
        '--use-fake-device-for-media-stream',
        `--use-file-for-fake-audio-capture=${microphoneFile(tone)}`,
        '--autoplay-policy=no-user-gesture-required',
      ],
    });
    this.#browsers.set(tone, browser);
    return browser;
  }

  #watch(page: Page): void {
    page.on('pageerror', (error) => this.#errors.push(`${page.url()}: ${error.stack ?? error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error')
        this.#errors.push(`${page.url()}: ${message.text()} (${message.location().url})`);
    });
    const asked: string[] = [];
    this.#asked.set(page, asked);
    page.on('response', (response) => {
      const request = response.request();
      if (request.url().includes('/api/'))
        asked.push(`${request.method()} ${request.url()}: ${response.status()}`);
    });
  }

  #begin(): void {
    this.#errors = [];
    this.#tolerated = [];
  }

  async #end({ task }: TestContext): Promise<void> {
    const errors = this.#errors.filter((error) => !this.#tolerated.some((one) => one.test(error)));
    if (errors.length > 0 || task.result?.state === 'fail') {
      await this.#takePictures(fileNameOf(task.name));
      await this.#describePages(task.name);
    }
    await this.#closeWindows();
    if (errors.length > 0) throw new Error(`errors in the page: ${errors.join('\n')}`);
  }

  /** Where nobody sees the pictures, what stood in the pages. */
  async #describePages(test: string): Promise<void> {
    for (const [page, asked] of this.#asked) {
      if (page.isClosed()) continue;
      const words = await page
        .locator('main')
        .textContent({ timeout: 5_000 })
        .catch(() => 'nothing to read');
      process.stderr.write(
        `${test} failed; at ${page.url()} one reads:\n${words?.slice(0, 3_000)}\nIt asked: ${asked.slice(-8).join('; ')}\n`,
      );
    }
  }

  async #takePictures(name: string): Promise<void> {
    const folder = inProject(SCREENSHOTS);
    mkdirSync(folder, { recursive: true });
    const pages = [...this.#contexts].flatMap((context) => context.pages());
    // A page that crashed has none.
    for (const [place, page] of pages.entries())
      await page
        .screenshot({ path: join(folder, `${name}-${place + 1}.png`), timeout: 5_000 })
        .catch(() => undefined);
  }

  async #closeWindows(): Promise<void> {
    for (const context of this.#contexts) await context.close().catch(() => undefined);
    this.#contexts.clear();
    this.#asked.clear();
  }
}

/** Chromium gives a page no way to the PBX where there is nothing but the loopback. */
function checkNetwork(): void {
  const addresses = Object.values(networkInterfaces()).flatMap((one) => one ?? []);
  if (!addresses.some(({ internal }) => !internal))
    throw new Error(
      'A phone in a page needs an address besides 127.0.0.1, and this machine has none: give it a network, for Docker anything but "--network none".',
    );
}

function chromiumProgram(): string {
  const found = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'chromium'))
    .find((file) => existsSync(file));
  if (found === undefined)
    throw new Error('The tests of the console need chromium on the PATH. Run: apt-get install chromium');
  return found;
}

/** Chromium plays it over and over. */
function microphoneFile(tone: number): string {
  const file = join(tmpdir(), `carillon-microphone-${process.pid}-${tone}.wav`);
  if (!existsSync(file)) {
    writeFileSync(file, toneWav(tone, 10_000, 48_000));
    process.once('exit', () => rmSync(file, { force: true }));
  }
  return file;
}

function fileNameOf(test: string): string {
  return test.replaceAll(/[^\w]+/g, '-').slice(0, 100);
}
