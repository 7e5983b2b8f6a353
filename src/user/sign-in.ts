import type { Clock } from '../base/clock.ts';
import { Refused } from '../base/errors.ts';
import { Tries } from '../http/token-tries.ts';
import { NOBODYS_HASH, type Passwords } from './password.ts';
import type { User, UserStore } from './store.ts';
import { loginOf } from './user.ts';

const MINUTE_MS = 60_000;
/** Wrong passwords of one address in a minute, those that are being looked at included: an office may have one address for all. */
const WRONG_PER_ADDRESS = 60;
/** Wrong passwords for one login, and how long they count. */
const WRONG_PER_LOGIN = 10;
const LOGIN_WINDOW_MS = 15 * MINUTE_MS;
/** Logins that are remembered with the address from which they were right. */
const MOST_PLACES = 10_000;

export interface SignInParts {
  readonly users: UserStore;
  readonly passwords: Passwords;
  readonly clock: Clock;
}

/**
 * Finds out whether somebody is who he says. A login that nobody has is treated as one that somebody has: it costs as much, is
 * refused with the same words and is locked as soon. A place where somebody was right before has tries of its own, so that nobody
 * locks him out from elsewhere, or from beside him.
 */
export class SignIn {
  readonly #parts: SignInParts;
  readonly #byAddress = new Tries(WRONG_PER_ADDRESS);
  readonly #byLogin = new Tries(WRONG_PER_LOGIN, LOGIN_WINDOW_MS);
  readonly #places = new Set<string>();

  constructor(parts: SignInParts) {
    this.#parts = parts;
  }

  /** @throws Refused `too-many-requests`, `login-locked`, `bad-password`, `user-disabled` */
  async check(typed: string, password: string, address: string): Promise<User> {
    const { clock } = this.#parts;
    const login = loginOf(typed);
    const place = `${login} ${address}`;
    const isKnown = this.#places.has(place);
    const counted = isKnown ? place : login;
    if (!isKnown && !this.#byAddress.take(address, clock.now()))
      throw new Refused('too-many-requests', 'Too many wrong passwords from this address: wait a minute');
    if (!this.#byLogin.take(counted, clock.now())) throw this.#locked(counted);
    const { user, isRight } = await this.#look(login, password).catch((error: unknown) => {
      // Nobody looked at the password: it was not a wrong one.
      if (!isKnown) this.#byAddress.giveBack(address);
      this.#byLogin.giveBack(counted);
      throw error;
    });
    if (!isRight || !user) throw new Refused('bad-password', 'The login or the password is not right');
    if (!isKnown) this.#byAddress.giveBack(address);
    this.#byLogin.forget(counted);
    this.#remember(place);
    if (user.disabledAt !== undefined)
      throw new Refused('user-disabled', 'This user is disabled: ask an admin');
    return user;
  }

  /** @throws Refused `too-many-requests`, and what the database throws */
  async #look(login: string, password: string): Promise<{ user: User | undefined; isRight: boolean }> {
    const { users, passwords } = this.#parts;
    const user = await users.byLogin(login);
    return { user, isRight: await passwords.fits(password, user?.passwordHash ?? NOBODYS_HASH) };
  }

  #locked(counted: string): Refused {
    const minutes = Math.ceil(this.#byLogin.leftMs(counted, this.#parts.clock.now()) / MINUTE_MS);
    return new Refused(
      'login-locked',
      `Too many wrong passwords: this login is locked for ${minutes} minutes`,
      { minutes },
    );
  }

  #remember(place: string): void {
    this.#places.delete(place);
    this.#places.add(place);
    if (this.#places.size > MOST_PLACES) this.#places.delete(this.#places.keys().next().value!);
  }
}
