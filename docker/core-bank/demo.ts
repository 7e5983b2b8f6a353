import { type Cents, cents, type Rate } from './money.ts';

export type Currency = 'CNY' | 'USD';
export type Product = 'lottery' | 'wallet';

interface Bilingual {
  readonly zh: string;
  readonly en: string;
}

export interface Card {
  readonly number: string;
  readonly pin: string;
  wrongPins: number;
  /** Reference of the report, once it was reported lost. */
  lost?: string;
  /** Cannot be verified: the part of the bank that would do it is down. */
  readonly inMaintenance?: boolean;
}

export interface Customer {
  readonly id: string;
  readonly name: string;
  readonly tier: 'vip' | 'gold' | 'standard';
  readonly language: string;
  readonly phones: readonly string[];
  /** Last six digits of the identity card. */
  readonly idNumber: string;
  wrongIds: number;
  readonly cards: readonly Card[];
  readonly passbook?: { readonly lastDigits: string; lost?: string };
  readonly balances: { CNY: Cents; USD?: Cents };
  readonly products: Bilingual & { readonly count: number };
  readonly payees: readonly { readonly to: string; readonly name: string; readonly lastDigits: string }[];
  readonly securities?: { readonly positions: number; readonly value: Cents; readonly holdings: Bilingual };
  /** References of what was signed up for. */
  readonly signed: Partial<Record<Product, string>>;
}

export const RATES: ReadonlyMap<string, Rate> = new Map([
  ['USD', 71_200],
  ['EUR', 83_150],
  ['GBP', 96_040],
  ['HKD', 9_120],
]);

/** Three wrong ones lock. */
export const MAX_WRONG = 3;

const card = (number: string, pin: string): Card => ({ number, pin, wrongPins: 0 });

/** The customers as they are after each start; the README tells them. */
export function demonstrationCustomers(): Customer[] {
  return [
    {
      id: 'demo-vip',
      name: '孙丽',
      tier: 'vip',
      language: 'zh-CN',
      phones: ['13800138000', '1010'],
      idNumber: '120318',
      wrongIds: 0,
      cards: [
        card('6200000000001234', '135790'),
        { ...card('6200000000007890', '864209'), inMaintenance: true },
      ],
      passbook: { lastDigits: '4821' },
      balances: { CNY: cents('523418.66'), USD: cents('12000.00') },
      products: {
        count: 3,
        zh: '手机银行、私人银行管家、第三方存管',
        en: 'mobile banking, private banking and securities settlement',
      },
      payees: [
        { to: '1', name: '王敏', lastDigits: '3321' },
        { to: '2', name: '孙强', lastDigits: '7765' },
      ],
      securities: {
        positions: 2,
        value: cents('318200.00'),
        holdings: { zh: '稳健债券基金、沪深三百指数基金', en: 'a bond fund and a CSI 300 index fund' },
      },
      signed: { wallet: '4000000001' },
    },
    {
      id: 'demo-gold',
      name: '吴强',
      tier: 'gold',
      language: 'zh-CN',
      phones: ['13900139000', '1009'],
      idNumber: '040725',
      wrongIds: 0,
      cards: [
        card('6200000000005678', '246802'),
        { ...card('6200000000003456', '975310'), wrongPins: MAX_WRONG },
      ],
      passbook: { lastDigits: '7734' },
      balances: { CNY: cents('12345.67'), USD: cents('500.00') },
      products: { count: 2, zh: '手机银行、短信通知', en: 'mobile banking and text-message notices' },
      payees: [{ to: '1', name: '李静', lastDigits: '9087' }],
      securities: {
        positions: 1,
        value: cents('25680.00'),
        holdings: { zh: '货币市场基金', en: 'a money market fund' },
      },
      signed: {},
    },
    {
      id: 'demo-standard',
      name: '郑浩',
      tier: 'standard',
      language: 'zh-CN',
      phones: ['13700137000'],
      idNumber: '231546',
      wrongIds: 0,
      cards: [card('6200000000009012', '112358')],
      balances: { CNY: cents('320.50') },
      products: { count: 1, zh: '短信通知', en: 'text-message notices' },
      payees: [{ to: '1', name: '张勇', lastDigits: '4410' }],
      signed: {},
    },
  ];
}
