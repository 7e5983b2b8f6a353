import { type Network, networkOf, touches } from '../base/address.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf, Refused } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { EventWriter } from '../engine/changes.ts';
import type { Incident, Offence, Perimeter } from '../pbx/perimeter.ts';
import type { BanFile } from './ban-file.ts';
import { type Ban, Bans } from './bans.ts';
import type { TrunkAddress } from './trunk-address.ts';

/** A switch that did not take the list is told again after this time, ms. */
const TELL_AGAIN_MS = 2_000;

export interface BanKeeperParts {
  readonly perimeter: Perimeter;
  readonly file: BanFile;
  readonly events: EventWriter;
  /** Who is never shut out. */
  readonly neverBan: readonly Network[];
  /** Never shut out either; while it is not known, nobody is. */
  readonly trunk: TrunkAddress;
  readonly clock: Clock;
  readonly log: Log;
}

/** Shuts out who tries to get in without a right to, says so once, and lets him in again when his time is over. */
export class BanKeeper {
  readonly #parts: BanKeeperParts;
  readonly #bans: Bans;
  #reachable = false;
  #cancelAlarm: () => void = () => undefined;
  #stopped = false;
  /** Networks that are being decided on. */
  readonly #inQuestion = new Set<string>();

  constructor(parts: BanKeeperParts) {
    this.#parts = parts;
    this.#bans = new Bans(parts.file.read().filter(({ network }) => !touches(network, parts.neverBan)));
  }

  start(): void {
    this.#parts.trunk.start(() => this.#letTrunkIn());
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
    this.#parts.trunk.stop();
    await this.#parts.perimeter.stop();
  }

  /** Who is shut out now, the newest first. */
  list(): readonly Ban[] {
    return this.#bans.present(this.#parts.clock.now());
  }

  /** What keeps it from its work, a sentence each. */
  problems(): readonly string[] {
    return this.#parts.trunk.problems();
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
    if (this.#stopped) return;
    const network = this.#bans.count(incident, this.#parts.clock.now());
    if (network === undefined || this.#inQuestion.has(network)) return;
    const { neverBan, trunk } = this.#parts;
    if (!trunk.isKnown || touches(network, neverBan)) return;
    if (trunk.isOf(network)) {
      this.#spare(network, incident.offence, 'the trunk does what others are shut out for');
      return;
    }
    if (incident.offence === 'wrong-login') this.#shutOut(network, incident.offence);
    else void this.#judgeUnproven(network, incident.offence);
  }

  /** Whoever forges datagrams must not shut out our own phones. */
  async #judgeUnproven(network: string, why: Offence): Promise<void> {
    this.#inQuestion.add(network);
    try {
      const phones = await this.#parts.perimeter.registered();
      if (this.#stopped) return;
      if (phones.some((address) => networkOf(address) === network))
        this.#spare(network, why, 'a network with registered phones does what others are shut out for');
      else this.#shutOut(network, why);
    } catch (error) {
      this.#parts.log.warn(
        { address: network, why, error: messageOf(error) },
        'nobody is shut out while the PBX does not tell its phones',
      );
    } finally {
      this.#inQuestion.delete(network);
    }
  }

  #spare(address: string, why: Offence, message: string): void {
    this.#parts.log.warn({ address, why }, message);
  }

  #shutOut(network: string, offence: Offence): void {
    const { clock, events, log } = this.#parts;
    const ban = this.#bans.shutOut(network, offence, clock.now());
    const { network: address, why, until, times } = ban;
    log.warn({ address, why, until: new Date(until).toISOString(), times }, 'an address is shut out');
    this.#changed();
    try {
      const data = { address, why, until, times };
      events.commit(() => [{ type: 'AddressBanned', version: 1, at: ban.since, data }]);
    } catch (error) {
      log.error({ error: messageOf(error) }, 'the event of a ban could not be written');
    }
  }

  /** Bans of before its address was known, or was another one. */
  #letTrunkIn(): void {
    const { clock, trunk, log } = this.#parts;
    const now = clock.now();
    const wrong = this.#bans.present(now).filter(({ network }) => trunk.isOf(network));
    for (const { network } of wrong) {
      this.#bans.lift(network, now);
      log.warn({ address: network }, 'the trunk is let in again');
    }
    if (wrong.length > 0) this.#changed();
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
