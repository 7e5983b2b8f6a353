import numberZones from './number-zones.json' with { type: 'json' };

/**
 * Zones by the beginnings of E.164 numbers without the +. Country codes with the zones of the IANA database's `zone.tab`, of those that
 * agree till 2030 one; area codes of North America as NANPA lists them. China is one zone.
 */
const ZONES_BY_PREFIX: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(numberZones).flatMap(([zones, prefixes]) => {
    const set = zones.split(' ');
    return prefixes.split(' ').map((prefix) => [prefix, set] as const);
  }),
);

const LONGEST_PREFIX = Math.max(...[...ZONES_BY_PREFIX.keys()].map((prefix) => prefix.length));

/**
 * Where a number may ring: the zones of its area, or all of its country where the area says nothing. IANA names, sorted; none when nobody
 * knows.
 * @param number E.164 with its +
 */
export function zonesOf(number: string): readonly string[] {
  for (let length = LONGEST_PREFIX; length > 0; length -= 1) {
    const zones = ZONES_BY_PREFIX.get(number.slice(1, 1 + length));
    if (zones) return zones;
  }
  return [];
}
