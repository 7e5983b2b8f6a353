import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Refused } from '../base/errors.ts';
import { LONGEST_PASSWORD, type PasswordFlaw, passwordFlaw, SHORTEST_PASSWORD } from './user.ts';

const derive = promisify(argon2);

/** What OWASP asks of argon2id at least: memory in KiB, passes over it, lanes. */
const MEMORY = 19_456;
const PASSES = 2;
const LANES = 1;
const SALT_BYTES = 16;
const KEY_BYTES = 32;

/** Hashed at once: the threads serve files and names too. */
const AT_ONCE = 2;
/** More than a shift that signs in at the same minute; beyond it somebody is flooding us. */
const MOST_WAITING = 200;

const FLAWS: Readonly<Record<PasswordFlaw, string>> = {
  'too-short': `A password has ${SHORTEST_PASSWORD} characters at least: three or four words do well`,
  'too-long': `A password has ${LONGEST_PASSWORD} characters at most`,
  'like-login': 'A password that is the login is no secret: choose another',
  'too-simple': 'This password is among the first that anybody tries: choose another',
};

/** A hash as others write it too: `$argon2id$v=19$m=…,t=…,p=…$salt$key`. */
const FORM = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([\w+/]{11,64})\$([\w+/]{22,128})$/;

/** Of nobody's password: what a login that nobody has is checked against, so that it takes as long as one that somebody has. */
export const NOBODYS_HASH = phc(MEMORY, PASSES, LANES, Buffer.alloc(SALT_BYTES), Buffer.alloc(KEY_BYTES));

/** Hashes passwords and checks them, off the event loop and a few at a time. */
export class Passwords {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** The hash to keep, with a new salt. @throws Refused `too-many-requests` */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const key = await this.#derive(password, salt, MEMORY, PASSES, LANES, KEY_BYTES);
    return phc(MEMORY, PASSES, LANES, salt, key);
  }

  /** The hash of a password that is to be that of `login`. @throws Refused `weak-password` with its `flaw`, `too-many-requests` */
  async hashNew(password: string, login: string): Promise<string> {
    const flaw = passwordFlaw(password, login);
    if (flaw) throw new Refused('weak-password', FLAWS[flaw], { flaw });
    return this.hash(password);
  }

  /** Whether `hash` is of `password`; false for what is no hash. @throws Refused `too-many-requests` */
  async fits(password: string, hash: string): Promise<boolean> {
    const [, memory, passes, lanes, salt = '', key = ''] = FORM.exec(hash) ?? [];
    if (memory === undefined) return false;
    const wanted = Buffer.from(key, 'base64');
    const nonce = Buffer.from(salt, 'base64');
    const found = await this.#derive(
      password,
      nonce,
      Number(memory),
      Number(passes),
      Number(lanes),
      wanted.length,
    );
    return timingSafeEqual(found, wanted);
  }

  async #derive(
    password: string,
    nonce: Buffer,
    memory: number,
    passes: number,
    parallelism: number,
    tagLength: number,
  ): Promise<Buffer> {
    await this.#turn();
    try {
      const message = Buffer.from(password.normalize('NFKC'));
      return await derive('argon2id', { message, nonce, memory, passes, parallelism, tagLength });
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  async #turn(): Promise<void> {
    if (this.#running >= AT_ONCE) {
      if (this.#waiting.length >= MOST_WAITING)
        throw new Refused('too-many-requests', 'Too many sign-ins at once: try again in a few seconds');
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running += 1;
  }
}

function phc(memory: number, passes: number, lanes: number, salt: Buffer, key: Buffer): string {
  const parts = [salt, key].map((bytes) => bytes.toString('base64').replace(/=+$/, ''));
  return `$argon2id$v=19$m=${memory},t=${passes},p=${lanes}$${parts.join('$')}`;
}
