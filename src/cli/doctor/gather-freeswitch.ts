import { messageOf } from '../../base/errors.ts';
import { findFreeswitch } from '../../setup/freeswitch/find.ts';
import { freeswitchEtc } from '../../setup/freeswitch/home.ts';
import { addressesOf } from '../../setup/freeswitch/installation.ts';
import { readFreeswitchPorts } from '../../setup/freeswitch/ports.ts';
import { type FreeswitchSurroundings, renderFreeswitch, SHUT_OUT } from '../../setup/freeswitch/render.ts';
import type { Phone } from '../../setup/phone.ts';
import type { Secrets } from '../../setup/secrets.ts';
import type { Settings } from '../../setup/settings.ts';
import { askEsl } from './ask-esl.ts';
import type { FoundPbx } from './gather-switchboard.ts';
import { FREESWITCH_MODULES } from './modules.ts';
import { staleFiles } from './stale-files.ts';

/** The FreeSWITCH of a data folder as it is found. @param pid of one that runs */
export async function gatherFreeswitch(
  settings: Settings,
  secrets: Secrets | undefined,
  phones: readonly Phone[] | undefined,
  pid: number | undefined,
): Promise<FoundPbx> {
  const ports = readFreeswitchPorts(settings.data);
  const esl =
    pid !== undefined && ports && secrets
      ? await askEsl(ports.esl, secrets.eslPassword, Object.keys(FREESWITCH_MODULES))
      : undefined;
  const found = { name: 'FreeSWITCH', fault: '', missingModules: [], staleConfiguration: [] } as const;
  const control: FoundPbx['control'] = esl ? { ESL: esl.logIn } : {};
  const asked = {
    control,
    idleModules: (esl?.idle ?? []).map((name) => ({ name, why: FREESWITCH_MODULES[name] ?? '' })),
    isDriven: esl?.isDriven,
    registered: esl?.contacts,
  };
  try {
    const program = await findFreeswitch(settings.freeswitch);
    const staleConfiguration =
      secrets && ports && phones ? await staleOf(settings, phones, { secrets, ports, program }) : [];
    const told = `FreeSWITCH ${program.version} (${program.origin})`;
    return { ...found, ...asked, program: told, staleConfiguration };
  } catch (thrown) {
    // A module that is missing is a fault of the program too.
    return { ...found, ...asked, program: '', fault: messageOf(thrown) };
  }
}

async function staleOf(
  settings: Settings,
  phones: readonly Phone[],
  surroundings: Omit<FreeswitchSurroundings, 'trunkAddresses'>,
): Promise<string[]> {
  const trunkAddresses = await addressesOf(settings.trunk.host);
  return staleFiles(settings.data, freeswitchEtc, (data) =>
    renderFreeswitch({ ...settings, data }, phones, { ...surroundings, trunkAddresses }),
  ).filter((name) => name !== SHUT_OUT);
}
