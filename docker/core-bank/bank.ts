import { type Answer, no, yes } from './answer.ts';
import {
  type Card,
  type Currency,
  type Customer,
  demonstrationCustomers,
  MAX_WRONG,
  type Product,
  RATES,
} from './demo.ts';
import { type Cents, cents, costOf, money, rateText } from './money.ts';

/** The fields of a request, each already of its shape. */
export type Fields = Readonly<Partial<Record<string, string>>>;

const SESSION_MS = 5 * 60_000;
const DAY_MS = 24 * 3_600_000;
/** China is UTC+8 all the year. */
const CHINA_MS = 8 * 3_600_000;
const LIMITS = { payment: 500_000, transfer: 5_000_000, exchange: 2_000_000 } as const;
const UTILITIES: ReadonlySet<string> = new Set(['water', 'power', 'phone']);

interface Session {
  readonly customer: Customer;
  readonly card: Card;
  readonly until: number;
}

type Visit = (session: Session, fields: Fields) => Answer;

/** The bank's books, in memory, and what can be done with them. Time in UTC ms. */
export class CoreBank {
  readonly #now: () => number;
  readonly #newSession: () => string;
  readonly #customers = demonstrationCustomers();
  readonly #sessions = new Map<string, Session>();
  /** Cents by customer, kind of limit and day. */
  readonly #spent = new Map<string, Cents>();
  #references = 4_000_000_001;

  constructor(parts: { readonly now: () => number; readonly newSession: () => string }) {
    this.#now = parts.now;
    this.#newSession = parts.newSession;
  }

  identify({ phone = '' }: Fields): Answer {
    const found = this.#customers.find(({ phones }) => phones.includes(phone));
    if (!found) return no(404, 'unknown-phone', 'No customer has this phone number.');
    return yes({ ...personOf(found), language: found.language });
  }

  verify({ card: number, pin }: Fields): Answer {
    const owned = this.#cardOf(number);
    if (!owned) return UNKNOWN_CARD;
    const { customer, card } = owned;
    if (card.inMaintenance) return no(503, 'maintenance', 'Cards are being maintained. Try again later.');
    if (card.lost !== undefined) return no(423, 'card-lost', 'This card was reported lost.');
    if (card.wrongPins >= MAX_WRONG) return PIN_LOCKED;
    if (card.pin !== pin) {
      card.wrongPins += 1;
      const attemptsLeft = MAX_WRONG - card.wrongPins;
      return attemptsLeft > 0 ? no(401, 'wrong-pin', 'The PIN is wrong.', { attemptsLeft }) : PIN_LOCKED;
    }
    card.wrongPins = 0;
    const session = this.#newSession();
    for (const [old, { until }] of this.#sessions) if (until <= this.#now()) this.#sessions.delete(old);
    this.#sessions.set(session, { customer, card, until: this.#now() + SESSION_MS });
    return yes({ ...personOf(customer), session, maskedCard: lastFour(card.number) });
  }

  /** Does `visit` for who holds the session. */
  during(fields: Fields, visit: Visit): Answer {
    const session = this.#sessions.get(fields.session ?? '');
    if (!session || session.until <= this.#now())
      return no(410, 'session-ended', 'This session is over: verify again.');
    return visit(session, fields);
  }

  balance: Visit = ({ customer }, { account = 'CNY' }) => {
    const balance = customer.balances[account as Currency];
    if (balance === undefined) return NO_ACCOUNT;
    return yes({ balance: money(balance), currency: account, asOf: this.#time() });
  };

  signedProducts: Visit = ({ customer: { products } }) =>
    yes({ count: products.count, products: { zh: products.zh, en: products.en } });

  /** By session, or by card and identity number. */
  reportLoss(fields: Fields): Answer {
    const { session, card: number, idNumber, kind } = fields;
    if (
      (session === undefined) === (number === undefined) ||
      (number === undefined) !== (idNumber === undefined)
    )
      return no(400, 'bad-request', 'Send either "session", or "card" and "idNumber".');
    if (session !== undefined) return this.during(fields, (own) => this.#reportLost(own, kind));
    const owned = this.#cardOf(number);
    if (!owned) return UNKNOWN_CARD;
    const { customer } = owned;
    if (customer.wrongIds >= MAX_WRONG) return ID_LOCKED;
    if (customer.idNumber !== idNumber) {
      customer.wrongIds += 1;
      const attemptsLeft = MAX_WRONG - customer.wrongIds;
      if (attemptsLeft === 0) return ID_LOCKED;
      return no(401, 'wrong-id', 'The identity number is wrong.', { attemptsLeft });
    }
    customer.wrongIds = 0;
    return this.#reportLost(owned, kind);
  }

  /** Ends the visits of others with a lost card. */
  #reportLost(own: Pick<Session, 'customer' | 'card'>, kind: string | undefined): Answer {
    const { customer, card } = own;
    const lostOne = kind === 'card' ? card : customer.passbook;
    if (!lostOne) return no(404, 'no-passbook', 'This customer has no passbook.');
    if (lostOne.lost !== undefined)
      return no(409, 'already-reported', 'The loss was reported before.', { reference: lostOne.lost });
    const reference = this.#reference();
    lostOne.lost = reference;
    for (const [id, other] of this.#sessions)
      if (other.card === lostOne && other !== own) this.#sessions.delete(id);
    const maskedCard = 'number' in lostOne ? lastFour(lostOne.number) : lostOne.lastDigits;
    return yes({ reference, kind, maskedCard, reportedAt: this.#time() });
  }

  pay: Visit = ({ customer }, { payee = '', amount = '' }) => {
    if (!UTILITIES.has(payee)) return no(404, 'unknown-payee', 'Payees are water, power and phone.');
    return this.#take(customer, 'payment', cents(amount), (done) => done);
  };

  payee: Visit = ({ customer }, { to }) => {
    const found = customer.payees.find((payee) => payee.to === to);
    if (!found) return NOT_REGISTERED;
    return yes({ to, name: found.name, maskedAccount: found.lastDigits });
  };

  transfer: Visit = ({ customer }, { to, amount = '' }) => {
    const found = customer.payees.find((payee) => payee.to === to);
    if (!found) return NOT_REGISTERED;
    return this.#take(customer, 'transfer', cents(amount), (done) => ({ ...done, name: found.name }));
  };

  securities: Visit = ({ customer }) => {
    if (!customer.securities) return no(404, 'no-securities', 'This customer holds no securities.');
    const { positions, value, holdings } = customer.securities;
    return yes({ positions, value: money(value), currency: 'CNY', holdings, asOf: this.#time() });
  };

  fxRate({ currency = '' }: Fields): Answer {
    const rate = RATES.get(currency);
    if (rate === undefined) return UNKNOWN_CURRENCY;
    return yes({ currency, rate: rateText(rate), asOf: this.#time() });
  }

  fxExchange: Visit = ({ customer }, { currency = '', amount = '' }) => {
    const rate = RATES.get(currency);
    const bought = cents(amount);
    if (rate === undefined) return UNKNOWN_CURRENCY;
    const before = customer.balances[currency as Currency];
    if (before === undefined) return NO_ACCOUNT;
    const cost = costOf(bought, rate);
    return this.#take(customer, 'exchange', cost, (done) => {
      customer.balances[currency as Currency] = before + bought;
      const foreignBalance = money(before + bought);
      const { reference, balance } = done;
      return {
        reference,
        currency,
        amount: money(bought),
        rate: rateText(rate),
        cost: money(cost),
        balance,
        foreignBalance,
      };
    });
  };

  signUp: Visit = ({ customer }, { product }) => {
    const signed = customer.signed[product as Product];
    if (signed !== undefined)
      return no(409, 'already-signed', 'The customer has this product already.', { reference: signed });
    const reference = this.#reference();
    customer.signed[product as Product] = reference;
    return yes({ reference, product });
  };

  /** Takes CNY cents from the account, within its balance and the limit of the day. */
  #take(
    customer: Customer,
    kind: keyof typeof LIMITS,
    amount: Cents,
    word: (done: Answer['body']) => Answer['body'],
  ): Answer {
    const balance = customer.balances.CNY;
    const day = `${customer.id} ${kind} ${Math.floor((this.#now() + CHINA_MS) / DAY_MS)}`;
    const spent = this.#spent.get(day) ?? 0;
    const left = LIMITS[kind] - spent;
    if (amount > left)
      return no(409, 'limit-exceeded', 'This is more than the limit of the day leaves.', {
        limit: money(LIMITS[kind]),
        left: money(left),
      });
    if (amount > balance)
      return no(402, 'too-little-money', 'There is too little money in the account.', {
        balance: money(balance),
      });
    this.#spent.set(day, spent + amount);
    customer.balances.CNY = balance - amount;
    const reference = this.#reference();
    return yes(word({ reference, amount: money(amount), balance: money(balance - amount), currency: 'CNY' }));
  }

  #cardOf(number: string | undefined): { customer: Customer; card: Card } | undefined {
    for (const customer of this.#customers) {
      const card = customer.cards.find((one) => one.number === number);
      if (card) return { customer, card };
    }
    return undefined;
  }

  #reference(): string {
    this.#references += 1;
    return String(this.#references);
  }

  #time(): string {
    return new Date(this.#now()).toISOString();
  }
}

const UNKNOWN_CARD = no(404, 'unknown-card', 'There is no such card.');
const PIN_LOCKED = no(423, 'pin-locked', 'The PIN is locked after three wrong ones.');
const ID_LOCKED = no(423, 'id-locked', 'Reporting without PIN is locked after three wrong identity numbers.');
const NO_ACCOUNT = no(404, 'no-account', 'The customer has no account in this currency.');
const NOT_REGISTERED = no(403, 'payee-not-registered', 'Only registered payees get transfers.');
const UNKNOWN_CURRENCY = no(404, 'unknown-currency', 'There is no rate for this currency.');

function personOf({ id, name, tier }: Customer): Answer['body'] {
  return { customer: id, name, tier };
}

function lastFour(number: string): string {
  return number.slice(-4);
}
