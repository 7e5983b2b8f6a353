import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { checkHttpPort, checkSipPort, freeTcpPort } from '../../src/setup/ports.ts';
import { readSettings, type Settings } from '../../src/setup/settings.ts';

async function settingsWithFreePorts(): Promise<Settings> {
  const [sip, http] = [await freeTcpPort(), await freeTcpPort()];
  return { ...readSettings({}), sipPort: sip, httpPort: http };
}

async function takeTcp(port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
}

async function takeUdp(port: number): Promise<void> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(port, '127.0.0.1', resolve));
  onTestFinished(() => void socket.close());
}

test('free ports are let pass', async () => {
  const settings = await settingsWithFreePorts();
  await checkSipPort(settings);
  await checkHttpPort(settings);
});

test('a taken SIP port is named, with its protocol and the setting', async () => {
  const settings = await settingsWithFreePorts();
  await takeUdp(settings.sipPort);
  await expect(checkSipPort(settings)).rejects.toThrow(
    `Port ${settings.sipPort}/udp is taken by another program. Stop it, or set CARILLON_SIP_PORT to a free port.`,
  );
});

test('SIP needs TCP as well as UDP', async () => {
  const settings = await settingsWithFreePorts();
  await takeTcp(settings.sipPort);
  await expect(checkSipPort(settings)).rejects.toThrow(`Port ${settings.sipPort}/tcp is taken`);
});

test('a taken HTTP port is named', async () => {
  const settings = await settingsWithFreePorts();
  await takeTcp(settings.httpPort);
  await expect(checkHttpPort(settings)).rejects.toThrow(/^Port \d+\/tcp is taken .* CARILLON_HTTP_PORT/);
});

test('an address of another machine is named', async () => {
  const settings = { ...(await settingsWithFreePorts()), bind: '192.0.2.77' };
  await expect(checkSipPort(settings)).rejects.toThrow(
    /CARILLON_BIND 192\.0\.2\.77 is not an address of this machine/,
  );
});
