import { obstacle } from '../../src/setup/ports.ts';

const FIRST = 45_000;
const LAST = 49_000;

/** Ports given out by this process; a block of four each, so that neighbours do not matter. */
const given = new Set<number>();

/**
 * The first of four neighbouring ports from 45000 on that nobody uses, even. A SIP phone takes two of them for SIP
 * (baresip opens TLS next to what it is told) and two for audio.
 */
export async function freePortBlock(): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const first = FIRST + 4 * Math.floor((Math.random() * (LAST - FIRST)) / 4);
    if (given.has(first)) continue;
    const taken = await Promise.all([
      obstacle('127.0.0.1', first, 'udp'),
      obstacle('127.0.0.1', first, 'tcp'),
      obstacle('127.0.0.1', first + 1, 'tcp'),
      obstacle('127.0.0.1', first + 2, 'udp'),
      obstacle('127.0.0.1', first + 3, 'udp'),
    ]);
    if (taken.some((code) => code !== undefined)) continue;
    given.add(first);
    return first;
  }
  throw new Error(`no free ports between ${FIRST} and ${LAST}`);
}
