// What Millrace takes uses for by itself, and what used the water.
export const kinds = {
  // How sure Millrace is, beside the kind.
  sure: (share: string) => `${share} sure`,
  probably: 'probably',
  provisional: 'provisional',
  fills: (n: string) => `${n} fills`,
  // Why: the sentence has one of the facts below, and may have others like it.
  because: (sure: string, facts: string, alike: string) => `Millrace is ${sure} sure: ${facts}${alike}.`,
  thinks: (facts: string, alike: string) => `Millrace thinks so: ${facts}${alike}.`,
  steady: (amount: string, flow: string) => `${amount} at a steady ${flow}`,
  unsteady: (amount: string, flow: string) => `${amount} at ${flow} on average`,
  cycle: (volume: string, fills: string, span: string) => `${volume} in ${fills} fills within ${span}`,
  alike: (n: number) => (n === 1 ? ', like one other this week' : `, like ${n} others this week`),
  again: 'Apply to the last four weeks',
  againDone: 'Applied to the last four weeks.',
  // The card.
  title: 'What used the water',
  month: 'This month',
  total: 'In all',
  share: (share: string, uses: number) => `${share} · ${uses === 1 ? '1 use' : `${uses} uses`}`,
  hints: 'Worth knowing',
  flush: (volume: string, flushes: string) => `A flush takes ${volume} (${flushes} this month).`,
  shower: (span: string, volume: string) => `A shower lasts ${span} and takes ${volume}.`,
  irrigation: (volume: string) => `Irrigation takes ${volume} a week.`,
  leaks: (volume: string) => `Leaks and running toilets took ${volume} this month.`,
  leaksCost: (volume: string, cost: string) => `Leaks and running toilets took ${volume} this month, about ${cost}.`,
};
