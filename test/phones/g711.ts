const RATE = 8_000;
const BIAS = 132;
const CLIP = 32_635;

/** A stretch of sound: a tone as loud as a voice, or silence when there is no `hertz`. */
export interface Stretch {
  readonly ms: number;
  readonly hertz?: number;
}

/** Sound in G.711 mu-law, 8 kHz, as RTP carries it. */
export function muLaw(stretches: readonly Stretch[]): Buffer {
  return Buffer.concat(
    stretches.map(({ ms, hertz = 0 }) =>
      Buffer.from(
        Array.from({ length: (RATE * ms) / 1_000 }, (_, index) =>
          encode(Math.round(8_000 * Math.sin((2 * Math.PI * hertz * index) / RATE))),
        ),
      ),
    ),
  );
}

/** One sample of 16 bit (ITU-T G.711, table 2a). */
function encode(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), CLIP) + BIAS;
  const exponent = Math.max(0, 31 - Math.clz32(magnitude) - 7);
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}
