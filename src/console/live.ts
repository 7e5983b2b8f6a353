import { computed, onScopeDispose, reactive, ref } from 'vue';
import type { CLOSED } from '../http/sitting.ts';
import { lookWhoIsSignedIn, signedOut } from './api.ts';
import { TryAgain } from './try-again.ts';

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

/** A connection that lasts for so long is no try any more, ms. */
const STEADY_MS = 10_000;

const SIGNED_OUT: typeof CLOSED.signedOut = 4401;
const TAKEN_OVER: typeof CLOSED.takenOver = 4409;

const views = new Map<
  string,
  { readonly rows: Rows; readers: number; readonly isThere: { value: boolean } }
>();
const standing = ref<'live' | 'lost' | 'taken-over'>('live');
/** How many topics are watched. */
const watched = ref(0);
const tries = new TryAgain(TRY_AGAIN_MS, connect);
let socket: WebSocket | undefined;
let heardAt = 0;

/**
 * `lost` while the feed that a page watches is gone and is tried again, `taken-over` when too many other pages of the same user
 * are open: what the page shows may be old.
 */
export const feedIs = computed(() => (watched.value === 0 ? 'live' : standing.value));

/** Takes the feed back from another page. */
export function useHere(): void {
  standing.value = 'lost';
  connect();
}

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
    watched.value = views.size;
  }
  found.readers += 1;
  if (found.readers === 1) tell({ watch: topic });
  connect();
  const mine = found;
  onScopeDispose(() => {
    mine.readers -= 1;
    if (mine.readers > 0) return;
    views.delete(topic);
    watched.value = views.size;
    tell({ unwatch: topic });
  });
  return { view: mine.rows as View, isThere: mine.isThere };
}

/** Lets go of the feed, after signing out. */
export function closeLive(): void {
  const old = socket;
  socket = undefined;
  standing.value = 'live';
  tries.worked();
  old?.close();
}

function tell(message: object): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function connect(): void {
  // Pages that take it from each other would do so for ever: he says where he wants it.
  if (socket || standing.value === 'taken-over') return;
  const { protocol, host } = window.location;
  const mine = new WebSocket(`${protocol === 'https:' ? 'wss' : 'ws'}://${host}/live`);
  let openedAt: number | undefined;
  socket = mine;
  mine.onopen = () => {
    openedAt = Date.now();
    heardAt = openedAt;
    standing.value = 'live';
    for (const topic of views.keys()) tell({ watch: topic });
  };
  mine.onmessage = (message) => {
    heardAt = Date.now();
    take(JSON.parse(String(message.data)) as Told);
  };
  mine.onclose = ({ code }) => {
    if (socket === mine) closed(code, openedAt);
  };
}

/** @param openedAt UTC ms, undefined for a connection that never was */
function closed(code: number, openedAt: number | undefined): void {
  socket = undefined;
  standing.value = code === TAKEN_OVER ? 'taken-over' : 'lost';
  if (code === TAKEN_OVER) return;
  if (code === SIGNED_OUT) return signedOut();
  if (openedAt === undefined) lookWhoIsSignedIn();
  else if (Date.now() - openedAt > STEADY_MS) tries.worked();
  if (views.size > 0) tries.later();
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
