/** Unpacks the private Asterisk ahead of the first start: for container images. Takes the same settings as a start. */
import { messageOf } from '../base/errors.ts';
import { unpackPrivateRoot } from './private-root.ts';
import { readSettings } from './settings.ts';

try {
  await unpackPrivateRoot(readSettings(process.env).pbxRoot, (line) => process.stdout.write(`• ${line}\n`));
} catch (thrown) {
  process.stderr.write(`${messageOf(thrown)}\n`);
  process.exit(1);
}
