import { getCountries, getCountryCallingCode } from 'libphonenumber-js/max';
import { expect, test } from 'vitest';
import { isZone } from '../../src/base/zone.ts';
import { zonesOf } from '../../src/list/zone.ts';

test.each([
  ['China', '+8613812345678', ['Asia/Shanghai']],
  ['Hong Kong', '+85291234567', ['Asia/Hong_Kong']],
  ['New York', '+12125551234', ['America/New_York']],
  ['Phoenix', '+16025551234', ['America/Phoenix']],
  ['Hawaii', '+18085551234', ['Pacific/Honolulu']],
  ['an area with two zones', '+18505551234', ['America/Chicago', 'America/New_York']],
  ['Toronto', '+14165551234', ['America/Toronto']],
  ['Puerto Rico', '+17875551234', ['America/Puerto_Rico']],
  ['Kazakhstan', '+77011234567', ['Asia/Almaty']],
  ['Brisbane', '+61731234567', ['Australia/Brisbane']],
  ['Britain', '+442079460958', ['Europe/London']],
])('a number of %s rings there', (_, number, zones) => {
  expect(zonesOf(number)).toEqual(zones);
});

test.each([
  [
    'North America',
    '+18005551234',
    ['America/New_York', 'America/Los_Angeles', 'Pacific/Honolulu', 'America/St_Johns'],
  ],
  ['Russia', '+79161234567', ['Europe/Moscow', 'Asia/Vladivostok', 'Europe/Kaliningrad']],
  ['Australia', '+61412345678', ['Australia/Sydney', 'Australia/Perth']],
])('a number of %s that tells no area may ring in all of its zones', (_, number, some) => {
  expect(zonesOf(number)).toEqual(expect.arrayContaining(some));
});

test('every country has zones, which exist and are in order', () => {
  for (const country of getCountries()) {
    const zones = zonesOf(`+${getCountryCallingCode(country)}`);
    expect(zones, country).not.toEqual([]);
    expect(
      zones.filter((zone) => !isZone(zone)),
      country,
    ).toEqual([]);
    expect(zones).toEqual(zones.toSorted());
  }
});

test('nobody knows where a number of no country rings', () => {
  expect(zonesOf('+99912345')).toEqual([]);
});
