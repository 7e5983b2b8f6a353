import { describe, expect, test } from 'vitest';
import type { CampaignView } from '../../../src/campaign/http.ts';
import {
  bodyOf,
  type Draft,
  draftOf,
  emptyDraft,
  fieldOf,
  mistakesIn,
} from '../../../src/console/pages/campaigns/draft.ts';

const ZONE = 'Asia/Shanghai';
const NOW = Date.parse('2026-11-22T10:30:00Z');
const CAMPAIGN: CampaignView = {
  id: 'm1',
  branch: 'hubei',
  name: '春季大额存单',
  code: '8001',
  checkDigit: false,
  validFrom: NOW,
  validUntil: Date.parse('2026-12-01T16:00:00Z'),
  validity: 'valid',
  reception: { kind: 'phone', extension: '2001' },
  receptionRingMs: 20_000,
  fallback: { kind: 'target', to: { kind: 'outside', number: '02787654321' } },
  material: 'x',
  persona: '',
};
const { id: _id, validity: _validity, ...SAVED } = CAMPAIGN;

describe('the form of a campaign', () => {
  test('what is opened and saved stays as it was, to the millisecond', () => {
    expect(bodyOf(draftOf(CAMPAIGN, ZONE), ZONE, CAMPAIGN)).toEqual(SAVED);
  });

  test('a day that is chosen counts whole, in the zone of the centre', () => {
    const draft = { ...draftOf(CAMPAIGN, ZONE), from: '2026-11-23', until: '2026-11-30' };
    expect(bodyOf(draft, ZONE, CAMPAIGN)).toMatchObject({
      validFrom: Date.parse('2026-11-22T16:00:00Z'),
      validUntil: Date.parse('2026-11-30T16:00:00Z'),
    });
  });

  const right: Draft = { ...emptyDraft(NOW, ZONE, ''), name: 'a', code: '800', extension: '2001' };
  test.each<[Partial<Draft>, object]>([
    [{}, {}],
    [{ name: ' ' }, { name: 'required' }],
    [{ code: '80' }, { code: 'badCode' }],
    [{ code: '80a1' }, { code: 'badCode' }],
    [{ until: '2026-01-01' }, { until: 'badDates' }],
    [{ from: '' }, { from: 'required' }],
    [{ ringSeconds: 4 }, { ringSeconds: 'badRing' }],
    [{ ringSeconds: Number.NaN }, { ringSeconds: 'badRing' }],
    [{ extension: '' }, { extension: 'required' }],
    [{ receptionKind: 'outside' }, { number: 'required' }],
    [{ fallbackKind: 'queue' }, { queue: 'required' }],
    [{ fallbackKind: 'voicemail' }, { box: 'required' }],
    [{ fallbackKind: 'target' }, { targetExtension: 'required' }],
    [{ fallbackKind: 'target', targetKind: 'outside' }, { targetNumber: 'required' }],
  ])('with %j it finds %j', (changes, mistakes) => {
    expect(mistakesIn({ ...right, ...changes })).toEqual(mistakes);
  });

  test.each<[string, Partial<Draft>, string | undefined]>([
    ['reception', {}, 'extension'],
    ['reception.number', { receptionKind: 'outside' }, 'number'],
    ['receptionRingMs', {}, 'ringSeconds'],
    ['fallback.queue', {}, 'queue'],
    ['fallback.box', {}, 'box'],
    ['fallback.to', { targetKind: 'outside' }, 'targetNumber'],
    ['validUntil', {}, 'until'],
    ['', {}, undefined],
  ])('what the API finds at %j is shown at the field it comes from', (at, changes, field) => {
    expect(fieldOf(at, { ...right, ...changes })).toBe(field);
  });
});
