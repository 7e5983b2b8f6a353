import { lookup } from 'node:dns/promises';
import { type Network, networkOf, parseNetwork, touches } from '../base/address.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf, Refused } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { EventWriter } from '../engine/changes.ts';
import type { Incident, Perimeter } from '../pbx/perimeter.ts';
import type { BanFile } from './ban-file.ts';
import { type Ban, Bans } from './bans.ts';

/** A switch that did not take the list is told again after this time, ms. */
const TELL_AGAIN_MS = 2_000;

export interface BanKeeperParts {
  readonly perimeter: Perimeter;
  readonly file: BanFile;
  readonly events: EventWriter;
  /** Who is never shut out. */
  readonly neverBan: readonly Network[];
  /** Host of the trunk, a name or an address, which is never shut out either. */
  readonly trunk: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** Shuts out who tries to get in without a right to, says so once, and lets him in again when his time is over. */
export class BanKeeper {
  readonly #parts: BanKeeperParts;
  readonly #bans: Bans;
  #trunk: readonly Network[] = [];
  #reachable = false;
  #cancelAlarm: () => void = () => undefined;
  #stopped = false;

  constructor(parts: BanKeeperParts) {
    this.#parts = parts;
    this.#bans = new Bans(parts.file.read());
  }

  start(): void {
    this.#parts.perimeter.start({
      noticed: (incident) => this.#noticed(incident),
      up: () => {
        this.#reachable = true;
        this.#apply();
      },
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelAlarm();
    await this.#parts.perimeter.stop();
  }

  /** Who is shut out now, the newest first. */
  list(): readonly Ban[] {
    return this.#bans.present(this.#parts.clock.now());
  }

  /**
   * Lets an address in again. @param address also the network as `list` names it
   * @throws Refused `ban-unknown` when it is not shut out
   */
  lift(address: string, by: string): Ban {
    const { clock, events, log } = this.#parts;
    const now = clock.now();
    const ban = this.#bans.lift(networkOf(address.replace(/\/64$/, '')) ?? '', now);
    if (!ban) throw new Refused('ban-unknown', `${address} is not shut out`);
    log.info({ address: ban.network, by }, 'an address is let in again');
    events.commit(() => [{ type: 'BanLifted', version: 1, at: now, data: { address: ban.network, by } }]);
    this.#changed();
    return ban;
  }

  #noticed(incident: Incident): void {
    const { neverBan, clock } = this.#parts;
    if (this.#stopped || touches(incident.address, neverBan)) return;
    const ban = this.#bans.note(incident, clock.now());
    if (ban) void this.#shutOut(ban);
  }

  async #shutOut(ban: Ban): Promise<void> {
    const { clock, events, log } = this.#parts;
    await this.#findTrunk();
    if (touches(ban.network, this.#trunk)) {
      this.#bans.lift(ban.network, clock.now());
      log.warn({ address: ban.network, why: ban.why }, 'the trunk does what others are shut out for');
      return;
    }
    const { network: address, why, until, times } = ban;
    const said = { address, why, until: new Date(until).toISOString(), times };
    log.warn(said, 'an address is shut out');
    this.#changed();
    try {
      const data = { address, why, until, times };
      events.commit(() => [{ type: 'AddressBanned', version: 1, at: ban.since, data }]);
    } catch (error) {
      log.error({ error: messageOf(error) }, 'the event of a ban could not be written');
    }
  }

  /** A name may have got another address since. */
  async #findTrunk(): Promise<void> {
    const { trunk, log } = this.#parts;
    try {
      const found = await lookup(trunk, { all: true });
      this.#trunk = found.flatMap(({ address }) => parseNetwork(address) ?? []);
    } catch (error) {
      log.warn({ trunk, error: messageOf(error) }, 'the address of the trunk is not known');
    }
  }

  #changed(): void {
    this.#parts.file.write(this.#bans.remembered(this.#parts.clock.now()));
    this.#apply();
  }

  /** Tells the switch, now and when the next ban ends. */
  #apply(): void {
    if (this.#stopped || !this.#reachable) return;
    const { perimeter, clock, log } = this.#parts;
    const now = clock.now();
    this.#wakeAt(this.#bans.nextEnd(now));
    perimeter.shutOut(this.#bans.present(now).map((ban) => ban.network)).catch((error) => {
      log.warn({ error: messageOf(error) }, 'the PBX did not take who is shut out; it is told again');
      this.#wakeAt(clock.now() + TELL_AGAIN_MS);
    });
  }

  #wakeAt(time: number | undefined): void {
    this.#cancelAlarm();
    if (time === undefined || this.#stopped) return;
    this.#cancelAlarm = this.#parts.clock.at(time, () => this.#apply());
  }
}
