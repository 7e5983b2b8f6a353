import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { PbxError } from '../pbx.ts';
import { encodeFor, encodeSet } from './esl-encoder.ts';
import type { EslLink } from './esl-link.ts';
import type { Ownership } from './ownership.ts';

/** How FreeSWITCH says no, by verb: `-ERR …`, `-ERROR`, `-USAGE: …`. */
const REFUSAL = /^-(?:ERR|USAGE)/;

/** Says commands to FreeSWITCH, as long as it is ours, and finds out what its answers mean. */
export class Commander {
  readonly #link: Pick<EslLink, 'send'>;
  readonly #ownership: Ownership;
  readonly #log: Log;

  constructor(link: Pick<EslLink, 'send'>, ownership: Ownership, log: Log) {
    this.#link = link;
    this.#ownership = ownership;
    this.#log = log;
  }

  /** For commands that nobody waits for. */
  attempt(command: Promise<unknown>): void {
    command.catch((error) => this.#log.debug({ error: messageOf(error) }, 'a tidying command failed'));
  }

  /** Resolves with the answer; rejects with `PbxError`: 'not-found' when the channel is not there. */
  async say(channel: string, command: string): Promise<string> {
    const reply = await this.ask(command);
    if (!REFUSAL.test(reply)) return reply;
    // The words differ from verb to verb, and some say yes to a channel that is gone.
    await this.check(channel);
    throw new PbxError(
      'refused',
      `FreeSWITCH refused ${command.split(' ', 2).join(' ')}: ${reply.slice(0, 100)}`,
    );
  }

  /** Like `say`, for commands that want something to be gone, and to channels that may be. */
  async sayGone(channel: string, command: string): Promise<void> {
    await this.say(channel, command).catch(ignoreGone);
  }

  /** Rejects with `PbxError` 'link-down' where nothing can be said to FreeSWITCH. */
  checkOurs(): Promise<void> {
    return this.#ownership.check();
  }

  /** Resolves with the answer as it came. */
  async ask(command: string): Promise<string> {
    await this.#ownership.check();
    return this.#link.send(command);
  }

  /** Sets variables that stay with the channel; '' removes one. */
  async set(channel: string, variables: Readonly<Record<string, string>>): Promise<void> {
    await this.say(channel, encodeSet(channel, variables));
  }

  /** Removes a variable, also of a channel that may be gone. */
  async unset(channel: string, name: string): Promise<void> {
    await this.sayGone(channel, encodeSet(channel, { [name]: '' }));
  }

  /** Rejects with `PbxError` 'not-found' unless the channel is there. */
  async check(channel: string): Promise<void> {
    if (!(await this.isThere(channel))) throw new PbxError('not-found', `no channel ${channel}`);
  }

  async isThere(channel: string): Promise<boolean> {
    return (await this.ask(encodeFor('uuid_exists', channel))) === 'true';
  }
}

/** What is gone is what was wanted. Throws every other error. */
export function ignoreGone(error: unknown): void {
  if (!(error instanceof PbxError && error.code === 'not-found')) throw error;
}
