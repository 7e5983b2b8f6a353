import type { PbxKind } from '../../src/setup/pbx-installation.ts';

/** The PBX that the centre stands on in this run of the tests: what PBX_UNDER_TEST says, else Asterisk. */
export const PBX_UNDER_TEST: PbxKind =
  process.env.PBX_UNDER_TEST === 'freeswitch' ? 'freeswitch' : 'asterisk';

/** The settings that choose it; FREESWITCH_HOME names a FreeSWITCH. */
export const PBX_SETTINGS: Readonly<Record<string, string>> =
  PBX_UNDER_TEST === 'asterisk'
    ? {}
    : { CARILLON_PBX: PBX_UNDER_TEST, CARILLON_FREESWITCH: process.env.FREESWITCH_HOME ?? '' };

/** Files of it, relative to the data folder. */
interface PbxFiles {
  /** Those that are made to hold what proves a control connection, by the secret's name. */
  readonly keepers: Readonly<Record<string, readonly string[]>>;
  /** Those with the passwords of phones. */
  readonly phones: readonly string[];
  /** Those in which the keys of scripted callers stand. */
  readonly scripts: readonly string[];
}

/** FreeSWITCH writes its whole configuration down as it was read. */
const WHOLE = 'freeswitch/log/freeswitch.xml.fsxml';

const FILES: Readonly<Record<PbxKind, PbxFiles>> = {
  asterisk: {
    keepers: {
      ariPassword: ['asterisk/etc/ari.conf'],
      amiPassword: ['asterisk/etc/manager.conf'],
      eslPassword: [],
    },
    phones: ['asterisk/etc/pjsip_phones.conf', 'phones.json'],
    scripts: ['asterisk/etc/extensions_demonstration.conf'],
  },
  freeswitch: {
    keepers: { ariPassword: [], amiPassword: [], eslPassword: ['freeswitch/etc/event_socket.xml', WHOLE] },
    phones: ['freeswitch/etc/phones.xml', WHOLE, 'phones.json'],
    scripts: ['freeswitch/etc/demonstration.xml', WHOLE],
  },
};

export const PBX_FILES = FILES[PBX_UNDER_TEST];
