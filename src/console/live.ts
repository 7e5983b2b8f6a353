import { computed, onScopeDispose, reactive, ref } from 'vue';
import { signedOut } from './api.ts';

/** Rows of a topic: collection → id → row. */
type Rows = Record<string, Record<string, unknown>>;

/** What the feed sends. */
interface Told {
  readonly topic: string;
  readonly whole?: Rows;
  readonly parts?: Record<string, Record<string, unknown>>;
}

/** Waits before the next try, ms. */
const TRY_AGAIN_MS = [200, 500, 1_000, 2_000, 4_000];
/** The server says something at least this often, ms. */
const SILENCE_MS = 40_000;

/** Codes with which the server closes: see `http/sitting.ts`. */
const SIGNED_OUT = 4401;
const DRIVEN_OUT = 4409;
const DRIVEN_OUT_MS = 60_000;

const views = new Map<
  string,
  { readonly rows: Rows; readers: number; readonly isThere: { value: boolean } }
>();
const lost = ref(false);
let socket: WebSocket | undefined;
let tries = 0;
let heardAt = 0;

/** False while the live feed that a page watches is gone: what it shows may be old. */
export const isLive = computed(() => !lost.value);

/**
 * The rows of a topic as they are now, and whether they came yet. Call it within a component's setup: the topic is
 * watched as long as the component lives.
 * @param topic of the live feed, such as `floor`
 */
export function useLive<View extends object>(
  topic: string,
): { readonly view: View; readonly isThere: Readonly<{ value: boolean }> } {
  let found = views.get(topic);
  if (!found) {
    found = { rows: reactive<Rows>({}), readers: 0, isThere: ref(false) };
    views.set(topic, found);
  }
  found.readers += 1;
  if (found.readers === 1) tell({ watch: topic });
  connect();
  const mine = found;
  onScopeDispose(() => {
    mine.readers -= 1;
    if (mine.readers > 0) return;
    views.delete(topic);
    if (views.size === 0) lost.value = false;
    tell({ unwatch: topic });
  });
  return { view: mine.rows as View, isThere: mine.isThere };
}

/** Lets go of the feed, after signing out. */
export function closeLive(): void {
  const old = socket;
  socket = undefined;
  lost.value = false;
  old?.close();
}

function tell(message: object): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function connect(): void {
  if (socket) return;
  const { protocol, host } = window.location;
  const mine = new WebSocket(`${protocol === 'https:' ? 'wss' : 'ws'}://${host}/live`);
  socket = mine;
  mine.onopen = () => {
    tries = 0;
    heardAt = Date.now();
    lost.value = false;
    for (const topic of views.keys()) tell({ watch: topic });
  };
  mine.onmessage = (message) => {
    heardAt = Date.now();
    take(JSON.parse(String(message.data)) as Told);
  };
  mine.onclose = ({ code }) => {
    if (socket !== mine) return;
    lost.value = views.size > 0;
    socket = undefined;
    if (code === SIGNED_OUT) return signedOut();
    // Too many pages of one user: at once, they would drive each other out for ever.
    const soon = TRY_AGAIN_MS[Math.min(tries, TRY_AGAIN_MS.length - 1)] ?? 4_000;
    const wait = code === DRIVEN_OUT ? DRIVEN_OUT_MS : soon;
    tries += 1;
    if (views.size > 0) setTimeout(connect, wait * (0.75 + Math.random() / 2));
  };
}

setInterval(() => {
  if (socket?.readyState === WebSocket.OPEN && Date.now() - heardAt > SILENCE_MS) socket.close();
}, 5_000);

function take({ topic, whole, parts }: Told): void {
  const found = views.get(topic);
  if (!found) return;
  const { rows } = found;
  if (whole) {
    for (const name of Object.keys(rows)) if (!(name in whole)) delete rows[name];
    Object.assign(rows, whole);
    found.isThere.value = true;
    return;
  }
  for (const [name, changed] of Object.entries(parts ?? {})) {
    rows[name] ??= {};
    for (const [id, row] of Object.entries(changed)) {
      if (row === null) delete rows[name][id];
      else rows[name][id] = row;
    }
  }
}
