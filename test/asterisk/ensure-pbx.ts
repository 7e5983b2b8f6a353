/** Finds or unpacks the Asterisk of the tests before they run, so that no test waits for a download. */
import { messageOf } from '../../src/base/errors.ts';
import { findAsterisk } from '../../src/setup/asterisk/find.ts';
import { inProject } from '../../src/setup/project.ts';
import { testSettings } from './asterisk.ts';

const say = (line: string) => process.stdout.write(`• ${line}\n`);
try {
  const found = await findAsterisk(await testSettings(inProject('.carillon-test')), say);
  say(`Asterisk ${found.version} (${found.origin}: ${found.modules})`);
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
}
