import { access } from './access.ts';
import { audit } from './audit.ts';
import { calendars } from './calendars.ts';
import { calls } from './calls.ts';
import { campaigns } from './campaigns.ts';
import { customers } from './customers.ts';
import { desk } from './desk.ts';
import { dialer } from './dialer.ts';
import { doNotCall } from './do-not-call.ts';
import { floor } from './floor.ts';
import { flows } from './flows.ts';
import { general } from './general.ts';
import { navigation } from './navigation.ts';
import { outbound } from './outbound.ts';
import { outboundSettings } from './outbound-settings.ts';
import { reasons } from './reasons.ts';
import { refusals } from './refusals.ts';
import { reports } from './reports.ts';
import { roster } from './roster.ts';
import { routing } from './routing.ts';
import { signIn } from './sign-in.ts';
import { start } from './start.ts';
import type { Language, Words } from './texts.ts';

/** All words of the console: an area each. */
const AREAS = {
  access,
  audit,
  calendars,
  calls,
  campaigns,
  customers,
  desk,
  dialer,
  doNotCall,
  floor,
  flows,
  general,
  navigation,
  outbound,
  outboundSettings,
  reasons,
  refusals,
  roster,
  routing,
  reports,
  signIn,
  start,
};

function inLanguage(language: Language): Record<string, Words> {
  return Object.fromEntries(Object.entries(AREAS).map(([area, both]) => [area, both[language]]));
}

export const messages = { 'zh-CN': inLanguage('zh-CN'), en: inLanguage('en') };
