import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { AriProxy } from '../../../src/lab/bench/faults/ari-proxy.ts';

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** An ARI that says "yes" to everything, behind the proxy. */
async function proxied(): Promise<AriProxy> {
  const server = createServer((request, response) => request.resume().on('end', () => response.end('yes')));
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => socket.on('message', (frame) => socket.send(`heard ${frame}`)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy = await AriProxy.open((server.address() as AddressInfo).port);
  open.push(() => {
    proxy.close();
    sockets.close();
    server.closeAllConnections();
    server.close();
  });
  return proxy;
}

test('commands over HTTP pass and are noted, questions pass and are not', async () => {
  const proxy = await proxied();
  const ask = async (method: string) =>
    (await fetch(`http://127.0.0.1:${proxy.port}/ari/channels/1`, { method })).text();
  expect([await ask('GET'), await ask('POST'), await ask('DELETE')]).toEqual(['yes', 'yes', 'yes']);
  expect(proxy.writes.map(({ what }) => what)).toEqual(['POST channels/1', 'DELETE channels/1']);
});

test.each([10, 300, 70_000])(
  'commands over the websocket pass and are noted, with frames of %i bytes and more',
  async (size) => {
    const proxy = await proxied();
    const socket = new WebSocket(`ws://127.0.0.1:${proxy.port}/ari/events`, { perMessageDeflate: false });
    await new Promise((resolve) => socket.once('open', resolve));
    const heard: number[] = [];
    const both = new Promise<void>((resolve) =>
      socket.on('message', (frame) => {
        heard.push(frame.toString().length);
        if (heard.length === 2) resolve();
      }),
    );
    const request = (method: string) => ({
      type: 'RESTRequest',
      method,
      uri: 'channels/1',
      fill: 'x'.repeat(size),
    });
    socket.send(JSON.stringify(request('GET')));
    socket.send(JSON.stringify(request('PUT')));
    await both;
    expect(heard.every((length) => length > size)).toBe(true);
    expect(proxy.writes.map(({ what }) => what)).toEqual(['PUT channels/1']);
    socket.terminate();
  },
);
