import { Refused } from '../../src/base/errors.ts';
import type { BanDesk } from '../../src/http/api.ts';
import type { Ban } from '../../src/security/bans.ts';

/** Bans that are lifted by saying so. */
export class FakeBans implements BanDesk {
  present: readonly Ban[] = [];
  /** What was lifted, and by whom. */
  readonly lifted: string[] = [];

  list = (): readonly Ban[] => this.present;

  lift(address: string, by: string): Ban {
    const ban = this.present.find((one) => one.network === address);
    if (!ban) throw new Refused('ban-unknown', `${address} is not shut out`);
    this.lifted.push(`${address} by ${by}`);
    return ban;
  }
}
