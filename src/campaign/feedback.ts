/** What a customer said about a campaign, as the reception person noted it. */
export interface Feedback {
  readonly id: string;
  readonly campaignId: string;
  readonly customerId?: string;
  readonly callId?: string;
  /** The number that the customer called from. */
  readonly ani: string;
  readonly interest: (typeof INTERESTS)[number];
  readonly note: string;
  /** Who noted it: an agent's id or the name of an API token. */
  readonly by: string;
  /** UTC ms. */
  readonly at: number;
}

export const INTERESTS = ['signed-up', 'interested', 'undecided', 'not-interested', 'complaint'] as const;
