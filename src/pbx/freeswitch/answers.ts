import { PbxError } from '../pbx.ts';
import { encodeFor } from './esl-encoder.ts';
import type { EslLink } from './esl-link.ts';
import type { Ownership } from './ownership.ts';

/** How FreeSWITCH says no, by verb: `-ERR …`, `-ERROR`, `-USAGE: …`. */
const REFUSAL = /^-(?:ERR|USAGE)/;

/** Says commands to FreeSWITCH, as long as it is ours, and finds out what its answers mean. */
export class Commander {
  readonly #link: Pick<EslLink, 'send'>;
  readonly #ownership: Ownership;

  constructor(link: Pick<EslLink, 'send'>, ownership: Ownership) {
    this.#link = link;
    this.#ownership = ownership;
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
    await this.say(channel, command).catch((error) => {
      if (!(error instanceof PbxError && error.code === 'not-found')) throw error;
    });
  }

  /** Resolves with the answer as it came. */
  async ask(command: string): Promise<string> {
    await this.#ownership.check();
    return this.#link.send(command);
  }

  /** Sets or, with '', removes a variable that stays with the channel. */
  async set(channel: string, name: string, value: string): Promise<void> {
    await this.say(channel, encodeFor('uuid_setvar', channel, name, value));
  }

  /** Rejects with `PbxError` 'not-found' unless the channel is there. */
  async check(channel: string): Promise<void> {
    if (!(await this.isThere(channel))) throw new PbxError('not-found', `no channel ${channel}`);
  }

  async isThere(channel: string): Promise<boolean> {
    return (await this.ask(encodeFor('uuid_exists', channel))) === 'true';
  }
}
