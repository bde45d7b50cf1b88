// What alarms say. Each function gives whole sentences, which words/alarms.ts puts one after another.
const plural = (n: number, one: string, many: string) => (n === 1 ? one : `${n} ${many}`);
// Of a puck or a meter, by its name and room.
const called = (place: string) => (place === '' ? '' : ` “${place}”`);

export const alarms = {
  titles: {
    burst: 'Burst',
    continuous_flow: 'Water does not stop',
    slow_leak: 'Slow leak',
    running_toilet: 'Running toilet',
    long_use: 'Unusually large use',
    away_use: 'Water while away',
    sprinkler_zone: 'Sprinklers take more than usual',
    impossible_flow: 'Impossible flow',
    sensor_silent: 'Sensor silent',
    bridge_offline: 'Bridge offline',
    radio_lost: 'Radio link lost',
    device_moved: 'Sensor moved',
    battery_low: 'Battery low',
    battery_dead: 'Battery dead',
    data_erased: 'Stored data erased',
    clock_missing: 'Clock missing',
    puck_wet: 'Water at a leak puck',
    puck_silent: 'Leak puck silent',
    puck_battery: 'Battery of a leak puck low',
    budget_day: 'Budget of the day',
    budget_week: 'Budget of the week',
    budget_month: 'Budget of the month',
  },
  // "since 02:10", "since 22 Nov, 02:10"
  since: (clock: string, day: string | null) => (day === null ? `since ${clock}` : `since ${day}, ${clock}`),
  at: (clock: string, day: string | null) => (day === null ? `at ${clock}` : `on ${day} at ${clock}`),
  times: (n: number) => (n === 1 ? 'once' : `${n} times`),
  volts: (v: string) => `${v} V`,

  // What is going on.
  burst: (length: string) => `Far more water runs than usual, for ${length} now.`,
  continuous: (length: string) => `Water has not rested for ${length}.`,
  slow: (length: string) => `A trickle has not rested for ${length}.`,
  toilet: (times: number | null, length: string) =>
    times === null
      ? `The same small refill came over and over in ${length}, as of a toilet that runs on.`
      : `The same small refill came ${times === 1 ? 'once' : `${times} times`} in ${length}, as of a toilet that runs on.`,
  longUse: (length: string) => `One use is larger than usual at this time of day. It has lasted ${length}.`,
  away: (length: string) => `Water has run for ${length} while nobody is at home.`,
  zone: (length: string) => `A run of the sprinklers has taken more than it used to for ${length}.`,
  impossible: (flow: string) => `The sensor reports ${flow}, more than the meter can pass.`,
  ranBack: "The meter's count ran back.",
  silent: (length: string | null, since: string) =>
    `Nothing was heard of the sensor ${length === null ? '' : `for ${length}, `}${since}, though its bridge is connected.`,
  meterSilent: (place: string, length: string | null, since: string) =>
    `Nothing was heard of the meter${called(place)} ${length === null ? '' : `for ${length}, `}${since}.`,
  offline: (length: string | null, since: string) => `The bridge has been offline ${length === null ? '' : `for ${length}, `}${since}.`,
  radio: (at: string) => `The bridge lost the radio link to its sensor ${at}.`,
  moved: (at: string) => `The sensor says that it was moved ${at}. If that was nobody of the house, go and look at it.`,
  batteryLow: (volts: string, limit: string) => `The sensor's batteries are down to ${volts}, under ${limit}. Change them soon.`,
  batteryDead: (at: string) => `The sensor said ${at} that its batteries are dead. Change them.`,
  erased: (at: string) => `The sensor says that it erased what it had stored ${at}. Readings from before may be missing.`,
  clockless: (times: number | null, since: string) =>
    times === null
      ? `Messages without a time of their own came in the last hour, ${since}.`
      : `Messages without a time of their own came ${times === 1 ? 'once' : `${times} times`} in the last hour, ${since}.`,
  puckWet: (place: string, since: string) => `The leak puck${called(place)} feels water ${since}. Look at once.`,
  puckSilent: (place: string, length: string | null, since: string) =>
    `Nothing was heard of the leak puck${called(place)} ${length === null ? '' : `for ${length}, `}${since}.`,
  puckBattery: (place: string, left: string | null) =>
    `The battery of the leak puck${called(place)} ${left === null ? 'is low, it says' : `is down to ${left}`}. Change it soon.`,
  puckCannotTell: 'It cannot tell of water meanwhile.',
  budget: {
    day: (reached: string, since: string) => `The day's water has reached ${reached} ${since}.`,
    week: (reached: string, since: string) => `The week's water has reached ${reached} ${since}.`,
    month: (reached: string, since: string) => `The month's water has reached ${reached} ${since}.`,
  },
  budgetUsedUp: (limit: string) => `The budget, ${limit}, is used up.`,
  budgetShare: (percent: number, limit: string) => `That is ${percent}\u202f% of the budget, ${limit}.`,
  cannotSee: 'Leaks cannot be seen meanwhile.',
  arrivalUsed: 'The time of arrival is used for them.',
  detail: (text: string) => `The device adds: ${text}.`,

  // How much water that was.
  water: (volume: string, since: string) => `${volume} ${since}.`,
  waterRate: (volume: string, since: string, rate: string) => `${volume} ${since}, ${rate} on average.`,
  waterLeast: (volume: string, since: string, rate: string, least: string) =>
    `${volume} ${since}, ${rate} on average and never under ${least}.`,
  waterUsual: (volume: string, since: string, rate: string, usual: string) =>
    `${volume} ${since}, ${rate} on average where ${usual} was usual.`,

  // Why that is an alarm.
  limit: (limit: string) => `The limit is ${limit}.`,
  limitUntilKnown: (limit: string) => `The limit is ${limit}, as in every house until this one is known.`,
  limitRested: (limit: string, usual: string, days: number) =>
    `In this house it rested within ${usual} on each of the last ${plural(days, 'day', 'days')}; the limit learned from that is ${limit}.`,
  limitMost: (limit: string, usual: string, days: number) =>
    `The most here in the last ${plural(days, 'day', 'days')} was ${usual}; the limit learned from that is ${limit}.`,
  limitLearned: (limit: string, days: number) => `The limit, learned over ${days === 1 ? 'one day' : `${days} days`}, is ${limit}.`,
  limitYours: (limit: string) => `The limit you set is ${limit}.`,
  limitFloor: (limit: string) => `The limit is ${limit}, the lowest that is used.`,
  limitFloorRested: (limit: string, usual: string, days: number) =>
    `The limit is ${limit}, the lowest that is used: in this house it rested within ${usual} on each of the last ${plural(days, 'day', 'days')}.`,
  limitFloorMost: (limit: string, usual: string, days: number) =>
    `The limit is ${limit}, the lowest that is used: the most here in the last ${plural(days, 'day', 'days')} was ${usual}.`,

  // One alarm with its answers (parts/alarm.ts).
  sensorLabel: 'Sensor',
  bridgeLabel: 'Bridge',
  puckLabel: 'Leak puck',
  soFar: 'So far',
  perHour: 'Per hour',
  sinceLabel: 'Since',
  states: { acknowledged: 'Acknowledged', cleared: 'Over' },
  thisPage: 'the page',
  acknowledgedBy: (name: string) => `Acknowledged by ${name}`,
  snoozedUntil: (when: string) => `Snoozed until ${when}`,
  cameBack: (n: number) => (n === 1 ? 'Came back once' : `Came back ${n} times`),
  declaredNoLeak: 'You said: not a leak',
  note: (text: string) => `Note: ${text}`,
  acknowledge: 'Acknowledge',
  snooze: 'Snooze',
  notALeak: 'Not a leak',
  notAnAlarm: 'No alarm',
  addNote: 'Note',
  details: 'Details',
  answers: (title: string) => `Answers to “${title}”`,
  snoozeTitle: 'Say nothing for a while',
  snoozeHint: 'It speaks again if it still holds then.',
  snoozeHours: (n: number) => (n === 1 ? '1 hour' : `${n} hours`),
  snoozeTomorrow: (clock: string) => `Until tomorrow, ${clock}`,
  snoozeOwn: 'Hours of your own',
  noteTitle: 'A note for everybody in the house',
  noteLabel: 'Note',
  notALeakTitle: 'Is this not a leak?',
  notALeakHint: 'The alarm ends, and the same water raises none again. That cannot be taken back.',
  notAnAlarmTitle: 'Is this no alarm?',
  notAnAlarmHint: 'It ends, and the same cause raises none again until it is over.',
};
