import { RefusedByApi } from '../api.ts';
import { i18n } from '../language.ts';

interface Issue {
  readonly at: string;
  readonly problem: string;
  /** The digit that the code of a campaign would have to end with. */
  readonly checkDigit?: string;
}

/** What the API found wrong with single fields, by their name; empty when it refused the whole. */
export function issuesOf(error: unknown): Readonly<Record<string, string>> {
  if (!(error instanceof RefusedByApi) || !Array.isArray(error.details.issues)) return {};
  const issues = (error.details.issues as unknown[]).filter(isIssue);
  return Object.fromEntries(issues.map((issue) => [fieldOf(issue.at), wordsOf(issue)]));
}

function wordsOf({ problem, checkDigit }: Issue): string {
  return checkDigit === undefined ? problem : i18n.global.t('campaigns.wrongCheckDigit', { checkDigit });
}

/** `body/pacing/mode`, as the schema says it, is `pacing.mode`. */
function fieldOf(at: string): string {
  return at.replace(/^body\//, '').replaceAll('/', '.');
}

function isIssue(value: unknown): value is Issue {
  return typeof value === 'object' && value !== null && 'at' in value && 'problem' in value;
}
