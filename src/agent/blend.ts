/**
 * How many ready agents may be lent to outbound calls. Inbound callers come first: an agent may dial out only while more than
 * `keepBack` others stay ready for them. That a threshold on the idle agents is the right form of rule, and not only a simple one, is
 * shown by Bhulai and Koole, "A queueing model for call blending in call centers" (IEEE Trans. Automatic Control 48, 2003).
 * @param mayDial ready agents who may take outbound calls
 * @param ready all ready agents who could take the inbound calls, those included
 * @param keepBack the threshold K: ready agents kept back for callers
 * @param waiting callers who wait; while one does, nobody is lent
 */
export function lendable({
  mayDial,
  ready,
  keepBack,
  waiting,
}: {
  readonly mayDial: number;
  readonly ready: number;
  readonly keepBack: number;
  readonly waiting: number;
}): number {
  if (waiting > 0) return 0;
  return Math.max(0, Math.min(mayDial, ready - keepBack));
}

/**
 * A threshold to begin with: it need grow only as the logarithm of the number of agents for callers to be served almost as if nobody
 * dialled out; Pang and Perry, "A logarithmic safety staffing rule for contact centers with call blending" (Management Science
 * 61, 2015).
 * @param agents who are logged in
 */
export function usualKeepBack(agents: number): number {
  return agents < 1 ? 0 : Math.ceil(Math.log(agents + 1));
}
