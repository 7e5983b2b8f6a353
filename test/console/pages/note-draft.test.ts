import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RefusedByApi } from '../../../src/console/api.ts';
import { emptyDraft, type NoteBody, NoteDraft } from '../../../src/console/pages/desk/note-draft.ts';
import type { NoteView } from '../../../src/http/live/views.ts';

interface Sent {
  readonly call: string;
  readonly body: NoteBody;
  readonly isLast: boolean;
  answer(): void;
  refuse(error: Error): void;
}

const sent: Sent[] = [];

const noteOf = (call: string, { text, reason, sale, done, version }: NoteBody): NoteView =>
  ({ call, text, reason, sale, version, at: 1, doneAt: done ? 1 : null }) as NoteView;

const draftOf = (call: string): NoteDraft =>
  new NoteDraft(
    call,
    emptyDraft(),
    (of, body, isLast) =>
      new Promise((resolve, reject) => {
        sent.push({ call: of, body, isLast, answer: () => resolve(noteOf(of, body)), refuse: reject });
      }),
  );

const type = (draft: NoteDraft, text: string): void => {
  draft.state.text = text;
  draft.changed();
};

beforeEach(() => {
  sent.length = 0;
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const texts = (): string[] => sent.map(({ call, body }) => `${call} ${body.version} ${body.text}`);

test('what is typed is kept after a pause, one after the other', async () => {
  const draft = draftOf('a');
  type(draft, 'one');
  await pass(600);
  type(draft, 'one two');
  await pass(600);
  expect(texts()).toEqual(['a 1 one']);
  sent[0]!.answer();
  await pass();
  expect(texts()).toEqual(['a 1 one', 'a 2 one two']);
});

test('given_the_call_goes_while_a_save_is_under_way_then_what_was_typed_meanwhile_follows', async () => {
  const draft = draftOf('a');
  type(draft, 'one');
  await pass(600);
  type(draft, 'one two');
  draft.close();
  sent[0]!.answer();
  await pass();
  expect(texts()).toEqual(['a 1 one', 'a 2 one two']);
});

test('each call has its own version and its own text', async () => {
  const first = draftOf('a');
  first.take(noteOf('a', { text: 'of a', reason: '', sale: '', done: false, version: 9 }));
  const second = draftOf('b');
  second.take(noteOf('b', { text: 'of b', reason: '', sale: '', done: false, version: 3 }));
  expect(second.state.text).toBe('of b');
  type(second, 'of b, more');
  await pass(600);
  expect(texts()).toEqual(['b 4 of b, more']);
});

test('a finished note stays finished when the next call has come', async () => {
  const draft = draftOf('a');
  draft.take(noteOf('a', { text: 'x', reason: '', sale: '', done: true, version: 1 }));
  type(draft, 'y');
  draft.close();
  await pass();
  expect(sent[0]?.body).toMatchObject({ text: 'y', done: true });
});

test('what another page wrote is taken over, unless he writes here', async () => {
  const draft = draftOf('a');
  draft.take(noteOf('a', { text: 'there', reason: '', sale: '', done: false, version: 2 }));
  expect(draft.state.text).toBe('there');
  type(draft, 'here');
  draft.take(noteOf('a', { text: 'there too', reason: '', sale: '', done: false, version: 3 }));
  expect(draft.state.text).toBe('here');
  await pass(600);
  sent[0]!.refuse(new RefusedByApi('note-outdated', 409, '', { version: 7 }));
  await pass();
  expect(texts()).toEqual(['a 4 here', 'a 8 here']);
});

test('given_the_page_goes_while_a_save_is_under_way_then_the_last_words_overtake_it', async () => {
  const draft = draftOf('a');
  type(draft, 'one');
  await pass(600);
  type(draft, 'one two');
  draft.leave();
  expect(texts()).toEqual(['a 1 one', 'a 2 one two']);
  expect(sent[1]?.isLast).toBe(true);
});

test('a save that fails is tried again, and says why meanwhile', async () => {
  const draft = draftOf('a');
  type(draft, 'one');
  await pass(600);
  sent[0]!.refuse(new RefusedByApi('unreachable', 0, 'gone'));
  await pass();
  expect(draft.state).toMatchObject({ isDirty: true, error: { id: 'unreachable' } });
  await pass(3_000);
  sent[1]!.answer();
  await pass();
  expect(draft.state).toMatchObject({ isDirty: false, error: undefined });
});

test('what is refused for a call that is gone is not sent for ever', async () => {
  const draft = draftOf('a');
  type(draft, 'one');
  draft.close();
  await pass();
  sent[0]!.refuse(new RefusedByApi('call-unknown', 404, 'gone'));
  await pass(60_000);
  expect(sent).toHaveLength(1);
});
