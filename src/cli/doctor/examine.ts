import { checkDatabase } from './database.ts';
import type { Finding } from './finding.ts';
import { databaseFacts } from './gather-database.ts';
import { installationFacts, machineFacts, readableSettings } from './gather-installation.ts';
import { networkFacts } from './gather-network.ts';
import { serviceFacts } from './gather-service.ts';
import { processesOf, switchboardFacts } from './gather-switchboard.ts';
import { checkInstallation } from './installation.ts';
import { checkMachine } from './machine.ts';
import { checkNetwork } from './network.ts';
import { checkService } from './service.ts';
import { checkSwitchboard } from './switchboard.ts';

/** Looks at everything, whether Carillon runs or not, and changes nothing. */
export async function examine(env: Readonly<Record<string, string | undefined>>): Promise<Finding[]> {
  const readable = readableSettings(env);
  const { settings } = readable;
  const running = processesOf(settings);
  const { pbx, daemon } = running;
  const { database, lastEventAt, phones } = await databaseFacts(settings.data);
  const network = await networkFacts(settings, running.control, phones ?? [], {
    pbx: pbx !== undefined,
    daemon: daemon !== undefined,
  });
  const { switchboard, registered } = await switchboardFacts(settings, running, phones);
  // Phones in pages come and go with their pages.
  const onDesks = phones?.filter(({ kind }) => kind === 'desk') ?? [];
  const service = await serviceFacts(settings, { known: onDesks.length, registered });
  return [
    ...checkInstallation(installationFacts(readable)),
    ...checkMachine(machineFacts(settings, lastEventAt, { [switchboard.name]: pbx, 'the daemon': daemon })),
    ...checkDatabase(database),
    ...checkNetwork(network),
    ...checkSwitchboard(switchboard),
    ...checkService(service),
  ];
}
