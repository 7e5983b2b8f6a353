import type { Agent } from '../agent/agent.ts';
import { AgentStore, type NewPhone } from '../agent/store.ts';
import { type Branch, HEAD_OFFICE } from '../branch/branch.ts';
import { BranchStore } from '../branch/store.ts';
import { type Campaign, checkDigitOf } from '../campaign/campaign.ts';
import { CampaignStore } from '../campaign/store.ts';
import type { Customer } from '../customer/customer.ts';
import { CustomerStore } from '../customer/store.ts';
import { EventLog } from '../engine/store.ts';
import type { Database } from '../store/connect.ts';
import { newSecret } from './secrets.ts';

const DAY_MS = 24 * 3_600_000;
const YEAR_MS = 365 * DAY_MS;
/** Extension of the campaigns' reception. */
const RECEPTION = '2001';

/**
 * Puts in the demonstration centre: phones, agents, customers, campaigns; its queues are in the routing file. Doing it again after an interruption is
 * harmless.
 * @param now UTC ms, from which the campaigns' dates count
 */
export async function seedDemonstration(database: Database, now: number): Promise<void> {
  const events = new EventLog(database);
  const agents = new AgentStore(database, events);
  const customers = new CustomerStore(database, events);
  const campaigns = new CampaignStore(database, events);
  const branches = new BranchStore(database, events);
  for (const branch of BRANCHES) await branches.save(branch);
  for (const phone of demonstrationPhones()) await agents.savePhone(phone);
  for (const agent of demonstrationAgents(now)) await agents.save(agent);
  for (const customer of CUSTOMERS) await customers.save(customer);
  for (const campaign of demonstrationCampaigns(now)) await campaigns.save(campaign);
}

/** Each after the one above it. */
const BRANCHES: readonly Branch[] = [
  { id: 'hubei', name: '湖北省分行', parent: HEAD_OFFICE },
  { id: 'wuhan', name: '武汉分行', parent: 'hubei' },
  { id: 'guanggu', name: '光谷支行', parent: 'wuhan' },
  { id: 'beijing', name: '北京分行', parent: HEAD_OFFICE },
  { id: 'jinrongjie', name: '金融街支行', parent: 'beijing' },
];

function demonstrationPhones(): NewPhone[] {
  const extensions = Array.from({ length: 10 }, (_, index) => String(1001 + index));
  return [...extensions, RECEPTION].map((extension) => ({
    extension,
    password: newSecret(),
    name: nameOfPhone(extension),
    branch: String(STAFF.find((person) => person.id === extension)?.attributes?.branch ?? HEAD_OFFICE),
  }));
}

/** Of whom it is: a member of the staff, or a customer who calls from it in a trial. */
function nameOfPhone(extension: string): string {
  const member = STAFF.find(({ id }) => id === extension);
  const customer = CUSTOMERS.find(({ numbers }) => numbers.includes(extension));
  return member?.name ?? (customer ? `${customer.name}（客户）` : `分机 ${extension}`);
}

/** Id of the expert whom the centre reaches over his mobile. */
const EXPERT = 'expert';

const WUHAN = { site: 'wuhan', branch: 'guanggu' };
const BEIJING = { site: 'beijing', branch: 'jinrongjie' };

/** Everybody's id is his home extension too. */
const STAFF: readonly Pick<Agent, 'id' | 'name' | 'skills' | 'attributes'>[] = [
  {
    id: '1001',
    name: '张伟',
    skills: { service: 8, card: 6, wealth: 9.5, english: 7 },
    attributes: { languages: ['zh-CN', 'en'], ...BEIJING },
  },
  {
    id: '1002',
    name: '王芳',
    skills: { service: 9, card: 7, wealth: 9, english: 8 },
    attributes: { languages: ['zh-CN', 'en'], dialects: ['粤语'], ...BEIJING },
  },
  {
    id: '1003',
    name: '李娜',
    skills: { service: 8, card: 9, wealth: 4, english: 5 },
    attributes: { languages: ['zh-CN', 'en'], dialects: ['闽南语'], ...WUHAN },
  },
  {
    id: '1004',
    name: '刘洋',
    skills: { service: 7, card: 8, sales: 8 },
    attributes: { languages: ['zh-CN'], dialects: ['武汉话'], ...WUHAN },
  },
  {
    id: '1005',
    name: '陈静',
    skills: { service: 9, english: 9 },
    attributes: { languages: ['zh-CN', 'en'], ...WUHAN },
  },
  {
    id: '1006',
    name: '杨帆',
    skills: { service: 6, card: 5, wealth: 6, sales: 7 },
    attributes: { languages: ['zh-CN'], ...WUHAN },
  },
  {
    id: '1007',
    name: '赵敏',
    skills: { service: 7, wealth: 7, english: 6 },
    attributes: { languages: ['zh-CN', 'en'], ...BEIJING },
  },
  {
    id: '1008',
    name: '黄磊',
    skills: { service: 5, card: 7, sales: 9 },
    attributes: { languages: ['zh-CN'], dialects: ['粤语'], ...WUHAN },
  },
  { id: RECEPTION, name: '周婷', skills: { campaign: 9 }, attributes: { languages: ['zh-CN'], ...WUHAN } },
];

function demonstrationAgents(now: number): Agent[] {
  const state = { at: 'logged-out', since: now } as const;
  return [
    ...STAFF.map(
      (person): Agent => ({
        ...person,
        homeExtension: person.id,
        branch: String(person.attributes?.branch),
        state,
      }),
    ),
    {
      id: EXPERT,
      name: '林峰',
      homeExtension: '',
      skills: { wealth: 9.8 },
      attributes: { languages: ['zh-CN'], dialects: ['闽南语'], site: 'fuzhou' },
      outside: { number: '13800000001', duty: 'branch-hours' },
      state,
    },
  ];
}

/** Each of the first two has a phone of ours besides his mobile, to call from in a trial. */
const CUSTOMERS: readonly Customer[] = [
  {
    id: 'demo-vip',
    name: '孙丽',
    tier: 'vip',
    language: 'zh-CN',
    numbers: ['13800138000', '1010'],
    note: '私人银行客户，资产逾五百万元；偏好由张伟服务，请勿让其久等。 Private banking; do not let her wait.',
    flow: '',
    attributes: { city: '福州', dialect: '闽南语', churnRisk: 'low' },
    accountManager: '1001',
  },
  {
    id: 'demo-gold',
    name: '吴强',
    tier: 'gold',
    language: 'zh-CN',
    numbers: ['13900139000', '1009'],
    note: '金卡客户，常用信用卡分期，关注积分兑换。 Gold card, pays by instalments.',
    flow: '',
    attributes: { city: '武汉', response: 'high' },
    branch: 'guanggu',
  },
  {
    id: 'demo-standard',
    name: '郑浩',
    tier: 'standard',
    language: 'zh-CN',
    numbers: ['13700137000'],
    note: '代发工资客户，去年开户，未办理信用卡。 Salary account since last year, no credit card.',
    flow: '',
    branch: 'jinrongjie',
  },
];

function demonstrationCampaigns(now: number): Campaign[] {
  const common = {
    checkDigit: false,
    validFrom: now,
    validUntil: now + YEAR_MS,
    reception: { kind: 'phone', extension: RECEPTION },
    receptionRingMs: 20_000,
    fallback: { kind: 'queue', queue: 'general' },
    persona: '',
  } as const;
  return [
    {
      ...common,
      id: 'demo-deposit',
      name: '春季大额存单',
      code: '8001',
      material:
        '三年期大额存单，年利率 2.15%，二十万元起，额度有限。确认客户身份后说明：可部分提前支取，提前部分按活期计息；' +
        '可在手机银行或网点办理。\nCertificate of deposit, 3 years, 2.15 % a year, from CNY 200,000.',
    },
    {
      ...common,
      id: 'demo-instalment',
      name: '信用卡账单分期',
      code: '8002',
      branch: 'wuhan',
      reception: { kind: 'outside', number: '02787654321' },
      fallback: { kind: 'voicemail', box: 'campaign' },
      material:
        '本期账单满一千元可分十二期，每期手续费 0.45%，首期免收。先核对账单日与可分金额，再说明年化费率。\n' +
        'Card bill in 12 instalments, 0.45 % a month, first month free. Received by the card desk in Wuhan.',
    },
    {
      ...common,
      id: 'demo-expired',
      name: '岁末积分兑换',
      code: '8003',
      validFrom: now - 90 * DAY_MS,
      validUntil: now - DAY_MS,
      material:
        '活动已于昨日结束：积分仍可按普通比例兑换。\nEnded yesterday; points keep their ordinary value.',
    },
    {
      ...common,
      id: 'demo-coming',
      name: '暑期留学金融',
      code: '8004',
      validFrom: now + 30 * DAY_MS,
      material:
        '三十天后开始：留学购汇优惠、存款证明免费、双币信用卡免年费。\nStarts in 30 days: currency, proof of funds, card.',
    },
    {
      ...common,
      id: 'demo-fund',
      name: '稳健理财季',
      code: `82026${checkDigitOf('82026')}`,
      checkDigit: true,
      material:
        '稳健型理财，业绩比较基准 2.6%–3.2%，一万元起，封闭期一百八十天。须先完成风险测评，不得承诺保本。\n' +
        'Low-risk wealth product; risk assessment first, never promise the principal.',
    },
  ];
}
