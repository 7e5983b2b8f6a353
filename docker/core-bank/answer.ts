/** What a route answers: an HTTP status and a JSON object. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export function yes(body: Answer['body']): Answer {
  return { status: 200, body };
}

/** @param error stable word; @param message a sentence that never repeats what was sent */
export function no(status: number, error: string, message: string, more: Answer['body'] = {}): Answer {
  return { status, body: { error, message, ...more } };
}
