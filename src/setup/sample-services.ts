import { startCoreBank } from '../../docker/core-bank/service.ts';
import type { Service } from '../ivr/steps/look-up.ts';
import { newSecret } from './secrets.ts';
import { SAMPLE, type Settings } from './settings.ts';

/**
 * The services of the settings as flows reach them. Where one is the sample, a core bank with invented customers is started
 * in this process, on the loopback, behind a token that nobody else has.
 */
export async function runSampleServices(
  services: Settings['services'],
): Promise<ReadonlyMap<string, Service>> {
  const reached = await Promise.all(
    Object.entries(services).map(async ([name, service]): Promise<[string, Service]> => {
      if (service.url !== SAMPLE) return [name, service];
      const token = newSecret();
      const { port } = await startCoreBank({ port: 0, token });
      return [name, { url: `http://127.0.0.1:${port}`, token }];
    }),
  );
  return new Map(reached);
}
