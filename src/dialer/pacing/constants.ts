/**
 * The one set of parameters of predictive pacing, for every campaign, size and day. Nothing is tuned per site: what differs between
 * sites is learned. The lab's bench runs with these very values.
 */
export const PACING = {
  /** Points of the time to a live answer at which the balance of answers and free agents is reckoned, as shares of the live answers. */
  horizonShares: [0.17, 0.5, 0.83],
  /** What is left of the time in which an agent has to be there, when one becomes free, for putting through, ms. */
  putThroughMs: 400,

  /** How fast what was learned of ringing fades, ms. */
  ringMemoryMs: 40 * 60_000,
  /** Dials that the prior counts for. */
  ringPriorDials: 20,
  /** Share of live answers before anything is known. */
  priorAnswerRate: 0.25,
  /** How fast what was learned of talk and wrap-up fades, ms. */
  handleMemoryMs: 2 * 3_600_000,
  /** Ended talks that the mean so far counts for, in each bin of the hazard. */
  handlePriorEnds: 4,
  /** Agents done with a call by whom it is judged how many stay. */
  stayingMemory: 8,
  /** Tables are made anew so often, ms: where dials are predicted, and where they only tell how people answer. */
  rebuildMs: 60_000,
  slowRebuildMs: 300_000,

  /** Expected live answers that the usual level of answering looks back. */
  levelMemory: 300,
  /** The same for the fast look that notices a change. */
  alarmMemory: 30,
  /** Distance between the two, in standard deviations, that counts as a change. */
  alarmSigmas: 3.3,
  /** From below this share of what is expected until above the other, answers are out: nothing is learned. */
  outageBelow: 0.4,
  outageOver: 0.5,
  /** After so long it is no outage but a list of other people, ms. */
  longestOutageMs: 30 * 60_000,
  /** Above this share they are as usual again. */
  usualAbove: 0.7,
  /** What is planned with while answers are out, and for a while after that, ms: the line may come back at its best. */
  outageLevel: 1.4,
  recoveryMs: 120_000,
  /** Otherwise nothing below this level is planned with. */
  leastLevel: 0.85,

  /** The share that is aimed at, of the cap. */
  aim: 0.95,
  /** By how much one answer moves the logarithm of allowed risk ÷ aim, for each unit that its fate is off the aim. */
  gain: 0.06,
  /** Bounds of allowed risk ÷ aim, and where it begins. */
  leastRisk: 0.3,
  mostRisk: 5,
  firstRisk: 1,
  /** Answers over which what is left of the budget is spent: at least, and as a share of the window's answers. */
  spendOver: 100,
  spendShare: 0.5,
  /** Bounds of what is aimed at, as parts of the cap, while there is a call to spare. */
  leastAim: 0.1,
  mostAim: 1.2,
  /** Abandoned calls kept in hand. */
  reserve: 3.5,
  /** The cap need not hold before so many live answers: a day may begin with an abandoned call. */
  graceAnswers: 400,
  /** Abandoned calls that it may be over the cap at the beginning, less and less until `graceAnswers`. */
  graceCalls: 3,
  /** Kept in hand in rolling hours besides, for each standard deviation of what chance does to their abandoned calls. */
  hourReserve: 0.8,
  /** And as a share of them, for shocks that nobody foresees, as when half of the agents leave together. */
  hourShockReserve: 0.02,
  /** A rolling hour with fewer answers may begin with an abandoned call. */
  graceHourAnswers: 60,
  /** What half an hour may have, of the cap, where it has so many answers, and what is kept in hand of it. */
  smoothingCap: 1.19,
  smoothingAnswers: 250,
  smoothingReserve: 1.5,
  /** Of a window's first hours, it may owe what so much time without abandoned calls pays back, less and less, ms. */
  overdraftMs: 600_000,
  overdraftUntilMs: 3 * 3_600_000,

  /** Dials are let go when the risk is above both. */
  cancelRisk: 0.1,
  cancelTimesAllowed: 4,
} as const;
