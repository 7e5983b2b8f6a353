import { obstacle } from '../../src/setup/ports.ts';

/** Between the audio of a test's Asterisk and the ports that the kernel gives to outgoing connections. */
const FIRST = 30_400;
const LAST = 32_700;
const BLOCK = 6;

const given = new Set<number>();

/**
 * The first of six neighbouring ports that nobody uses, even. A SIP phone takes two of them for SIP (baresip opens TLS next
 * to what it is told), two for audio, and one for its control.
 */
export async function freePortBlock(): Promise<number> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const first = FIRST + BLOCK * Math.floor((Math.random() * (LAST - FIRST)) / BLOCK);
    if (given.has(first)) continue;
    const taken = await Promise.all([
      ...[0, 2, 3].map((at) => obstacle('127.0.0.1', first + at, 'udp')),
      ...[0, 1, 4].map((at) => obstacle('127.0.0.1', first + at, 'tcp')),
    ]);
    if (taken.some((code) => code !== undefined)) continue;
    // Not for the next one of this process, which may ask before this one is opened.
    given.add(first);
    setTimeout(() => given.delete(first), 10_000).unref();
    return first;
  }
  throw new Error(`no free ports between ${FIRST} and ${LAST}`);
}
