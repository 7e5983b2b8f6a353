import type { BrowserContext, Page } from 'playwright-core';

declare global {
  interface Window {
    /** The connections that the page has made, the latest last. */
    testConnections?: RTCPeerConnection[];
  }
}

/** What is below this is silence, dB. */
const SILENCE_DB = -70;
/** A tone is there from this level on, dB. */
const LOUD_DB = -50;

/** Pages of this window are the phone of their agent as soon as they are open, and can be listened to. */
export async function withPhone(
  window: BrowserContext,
  how: { readonly answersItself: boolean },
): Promise<void> {
  await window.addInitScript(({ answersItself }) => {
    // The blank page before the first has nowhere to keep anything.
    if (globalThis.location.protocol === 'about:') return;
    globalThis.sessionStorage.setItem('carillon-was-phone', 'yes');
    globalThis.localStorage.setItem('carillon-answers-itself', answersItself ? 'yes' : 'no');
    const made: RTCPeerConnection[] = [];
    globalThis.window.testConnections = made;
    globalThis.window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        made.push(this);
      }
    };
  }, how);
}

/** Whether every call of the page is over for the page, too. */
export function isHungUp(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const made = globalThis.window.testConnections ?? [];
    return made.length > 0 && made.every((one) => one.connectionState === 'closed');
  });
}

/** The loudest tone that comes to the page's phone just now, Hz; 0 for silence or no call. */
export function heardIn(page: Page): Promise<number> {
  return page.evaluate(async (silence) => {
    const connection = globalThis.window.testConnections?.findLast(
      (one) => one.connectionState === 'connected',
    );
    const track = connection?.getReceivers()[0]?.track;
    if (!track) return 0;
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 });
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const levels = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(levels);
    const loudest = levels.reduce((best, level, place) => (level > levels[best]! ? place : best), 0);
    const { sampleRate } = context;
    await context.close();
    return levels[loudest]! < silence ? 0 : (loudest * sampleRate) / analyser.fftSize;
  }, SILENCE_DB);
}

/** How many packets of sound the page's phone has sent. */
export function sentBy(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const stats = await globalThis.window.testConnections?.at(-1)?.getStats();
    const sent = [...(stats?.values() ?? [])].filter(({ type }) => type === 'outbound-rtp');
    return sent.reduce((sum, { packetsSent }) => sum + Number(packetsSent), 0);
  });
}

/** Whether a tone comes to the phone of a page, beside others. */
export function hearsIn(page: Page, hertz: number): Promise<boolean> {
  return page.evaluate(
    async ({ tone, loud }) => {
      const made = globalThis.window.testConnections ?? [];
      const track = made
        .findLast(({ connectionState }) => connectionState === 'connected')
        ?.getReceivers()[0]?.track;
      if (!track) return false;
      const context = new AudioContext();
      const analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 });
      context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
      await new Promise((resolve) => setTimeout(resolve, 150));
      const levels = new Float32Array(analyser.frequencyBinCount);
      analyser.getFloatFrequencyData(levels);
      const place = Math.round((tone * analyser.fftSize) / context.sampleRate);
      await context.close();
      return Math.max(...levels.slice(place - 1, place + 2)) > loud;
    },
    { tone: hertz, loud: LOUD_DB },
  );
}
