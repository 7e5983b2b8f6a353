import { Refused } from '../../base/errors.ts';
import type { AsteriskPorts } from './process.ts';

/** Which module reads which file again. Files that are not here are read only when Asterisk starts. */
const MODULE_OF: Readonly<Record<string, string>> = {
  'pjsip_phones.conf': 'res_pjsip.so',
  'pjsip_web_phones.conf': 'res_pjsip.so',
  'pjsip_guests.conf': 'res_pjsip.so',
  'pjsip_demonstration.conf': 'res_pjsip.so',
  'queue_members.conf': 'app_queue.so',
  'queues.conf': 'app_queue.so',
  'extensions.conf': 'pbx_config.so',
  'extensions_demonstration.conf': 'pbx_config.so',
  'musiconhold.conf': 'res_musiconhold.so',
  'musiconhold_flows.conf': 'res_musiconhold.so',
  'amd.conf': 'app_amd.so',
};

/** Whether a running Asterisk can take these changed files without a restart. */
export function canReload(files: readonly string[]): boolean {
  return files.every((file) => file in MODULE_OF);
}

/** Lets a running Asterisk read the changed files again; calls go on. Throws `Refused('reload-failed')`. */
export async function reloadAsterisk(
  ports: AsteriskPorts,
  ariPassword: string,
  files: readonly string[],
): Promise<void> {
  const modules = new Set(files.flatMap((file) => MODULE_OF[file] ?? []));
  const authorization = `Basic ${Buffer.from(`carillon:${ariPassword}`).toString('base64')}`;
  for (const module of modules) {
    const response = await fetch(`http://127.0.0.1:${ports.ari}/ari/asterisk/modules/${module}`, {
      method: 'PUT',
      headers: { authorization },
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok)
      throw new Refused(
        'reload-failed',
        `Asterisk did not reload ${module} (${response.status}). Restart Carillon.`,
      );
  }
}
