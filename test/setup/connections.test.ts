import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { connectPbx } from '../../src/setup/choose-pbx.ts';
import { PBX_KINDS, type PbxConnections, type PbxKind } from '../../src/setup/pbx-installation.ts';
import { ensureSecrets } from '../../src/setup/secrets.ts';
import { readSettings } from '../../src/setup/settings.ts';
import { temporaryFolder } from './temporary-folder.ts';

function connect(kind: PbxKind, data: string): PbxConnections {
  const settings = readSettings({ CARILLON_PBX: kind, CARILLON_DATA: data });
  return connectPbx(settings, ensureSecrets(data), () => silentLog);
}

const PORTS: Readonly<Record<PbxKind, object>> = {
  asterisk: { ari: 1234, ami: 1235 },
  freeswitch: { esl: 1236, webSip: 1237 },
};

/** A data folder in which both have been set up. */
function bothIn(data: string): string {
  for (const kind of PBX_KINDS) {
    mkdirSync(join(data, kind));
    writeFileSync(join(data, kind, 'ports.json'), JSON.stringify(PORTS[kind]));
  }
  return data;
}

test('recordings lie where they lay before there was a choice, whichever PBX is set: messages stay playable', () => {
  const data = bothIn(temporaryFolder());
  for (const kind of PBX_KINDS)
    expect(connect(kind, data).recordings).toBe(join(data, 'asterisk/spool/recording'));
});

test.each([
  ['asterisk', 'ws://127.0.0.1:1234/ws'],
  ['freeswitch', 'ws://127.0.0.1:1237'],
] as const)('the phones in pages speak to %s at its own port', (kind, webSip) => {
  expect(connect(kind, bothIn(temporaryFolder())).webSip).toBe(webSip);
});

test.each(PBX_KINDS)('a %s that was never set up is refused with what to do', (kind) => {
  expect(() => connect(kind, temporaryFolder())).toThrow(/Run: npm start/);
});
