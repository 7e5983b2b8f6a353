/** What agents choose from: why somebody called, and why they are not ready. */
export const CHOICE_KINDS = ['contact', 'not-ready'] as const;
export type ChoiceKind = (typeof CHOICE_KINDS)[number];

/** Something to choose. Its id is what notes, states and reports keep. */
export interface Choice {
  readonly id: string;
  readonly zh: string;
  readonly en: string;
}

/** What a new centre chooses from. */
export const USUAL_CHOICES: Readonly<Record<ChoiceKind, readonly Choice[]>> = {
  contact: [
    { id: 'inquiry', zh: '业务咨询', en: 'Inquiry' },
    { id: 'account', zh: '账户查询', en: 'Account or balance' },
    { id: 'card-loss', zh: '挂失', en: 'Loss report' },
    { id: 'transfer', zh: '转账与支付', en: 'Transfer or payment' },
    { id: 'investment', zh: '投资理财', en: 'Investment' },
    { id: 'campaign', zh: '营销活动', en: 'Campaign' },
    { id: 'complaint', zh: '投诉建议', en: 'Complaint or suggestion' },
    { id: 'other', zh: '其他', en: 'Other' },
  ],
  'not-ready': [
    { id: 'break', zh: '小休', en: 'Break' },
    { id: 'lunch', zh: '用餐', en: 'Meal' },
    { id: 'meeting', zh: '会议', en: 'Meeting' },
    { id: 'training', zh: '培训', en: 'Training' },
    { id: 'paperwork', zh: '案头工作', en: 'Paperwork' },
  ],
};
