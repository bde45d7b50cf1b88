// An alarm in words, made here of what the API says of it, so that it is complete in every language. Pure.
//
//   alarmTitle(alarm)                "Running toilet"
//   alarmSentence(alarm, units)      "Water has not rested for 2 h. 6.4 gal since 02:10, … The limit is …"
//
// A rule that this page does not know yet is told in the daemon's own words.
import type { FlowUnit, Schemas, VolumeUnit } from '../api/client';
import { t } from '../texts';
import { number, percent, unitName } from './numbers';
import { clock, formatted, span } from './times';
import { dateOf } from './zones';

export type Rule = Schemas['Rule'];
export type Finding = Schemas['Finding']; // an Alarm is one, too

export interface Units {
  unit: VolumeUnit | string;
  flow_unit: FlowUnit | string;
  zone: string;
}

const waterRules: readonly Rule[] = [
  'burst', 'continuous_flow', 'slow_leak', 'running_toilet', 'long_use', 'away_use', 'sprinkler_zone', 'impossible_flow',
];
const puckRules: readonly Rule[] = ['puck_wet', 'puck_silent', 'puck_battery'];
const budgetRules: readonly Rule[] = ['budget_day', 'budget_week', 'budget_month'];
export const isWater = (rule: Rule): boolean => waterRules.includes(rule);
export const isOfPucks = (rule: Rule): boolean => puckRules.includes(rule);
// A puck's, or of a meter that needs no bridge: their detail says where it is.
const hasPlace = (alarm: Finding): boolean => isOfPucks(alarm.rule) || alarm.rule === 'sensor_silent';
export const isBudget = (rule: Rule): boolean => budgetRules.includes(rule);

export const ruleTitle = (rule: Rule): string => t.alarms.titles[rule] ?? rule;
export const alarmTitle = (alarm: Pick<Finding, 'rule' | 'title'>): string => t.alarms.titles[alarm.rule] ?? alarm.title;

// Enough digits to tell a drip from a trickle, and no more: 0.02, 0.1, 6.4, 85.
export const amount = (value: number, unit: string): string => {
  const size = Math.abs(value);
  return `${number(value, size >= 20 ? 0 : size >= 1 ? 1 : size >= 0.1 ? 2 : 3)}\u202f${unitName(unit)}`;
};

type Known = Finding['explanation'];

// One of the explanation's numbers with its unit.
export function quantity(of: Known, value: number | null): string {
  if (value === null) return '–';
  switch (of.measure) {
    case 'duration': return span(value);
    case 'count': return t.alarms.times(value);
    case 'voltage': return t.alarms.volts(number(value / 1000, 2, 2));
    case 'percent': return percent(value / 100);
    case 'flow':
    case 'volume': return amount(value, of.unit ?? '');
    case 'none': return '–';
  }
}

// The clock, with the day where that is not the day of the newest evidence.
function moment(alarm: Finding, zone: string, put: (clock: string, day: string | null) => string): string {
  const sameDay = dateOf(alarm.since, zone) === dateOf(alarm.at, zone);
  return put(clock(alarm.since, zone), sameDay ? null : formatted(alarm.since, zone, { day: 'numeric', month: 'short' }));
}

function waterWords(alarm: Finding, units: Units): string {
  const text = t.alarms;
  const volume = amount(alarm.volume, units.unit);
  const since = moment(alarm, units.zone, text.since);
  if (!(alarm.rate > 0)) return text.water(volume, since);
  const rate = amount(alarm.rate, units.flow_unit);
  const least = alarm.explanation.flow_at_least;
  if (least === null || least <= 0) return text.waterRate(volume, since, rate);
  const put = alarm.rule === 'sprinkler_zone' ? text.waterUsual : text.waterLeast;
  return put(volume, since, rate, amount(least, units.flow_unit));
}

// A house may teach these another limit.
const learns = (rule: Rule): boolean =>
  isWater(rule) && rule !== 'away_use' && rule !== 'running_toilet' && rule !== 'impossible_flow';

function limitWords(rule: Rule, of: Known): string {
  const text = t.alarms;
  if (of.measure === 'none' || of.limit === null) return '';
  const limit = quantity(of, of.limit);
  const usual = quantity(of, of.usual);
  const known = of.usual !== null && of.usual > 0 && of.learned_days > 0;
  const rests = of.measure === 'duration' && (rule === 'continuous_flow' || rule === 'slow_leak');
  switch (of.limit_source) {
    case 'fallback': return learns(rule) ? text.limitUntilKnown(limit) : text.limit(limit);
    case 'owner': return text.limitYours(limit);
    case 'learned':
      if (!known) return text.limitLearned(limit, of.learned_days);
      return (rests ? text.limitRested : text.limitMost)(limit, usual, of.learned_days);
    case 'floor':
      if (!known) return text.limitFloor(limit);
      return (rests ? text.limitFloorRested : text.limitFloorMost)(limit, usual, of.learned_days);
  }
}

// What is going on, and what else is to be said of it, before the limit's words and after them.
function told(alarm: Finding, units: Units): string[] {
  const text = t.alarms;
  const of = alarm.explanation;
  const length = span((Date.parse(alarm.at) - Date.parse(alarm.since)) / 1000);
  const since = moment(alarm, units.zone, text.since);
  const at = moment(alarm, units.zone, text.at);
  const observed = quantity(of, of.observed);
  const count = of.measure === 'count' ? of.observed : null;
  const lasted = of.measure === 'duration' && of.observed !== null ? observed : null;
  const limit = limitWords(alarm.rule, of);
  const place = of.detail;
  const water = (what: string) => [what, waterWords(alarm, units), limit];
  switch (alarm.rule) {
    case 'burst': return water(text.burst(length));
    case 'continuous_flow': return water(text.continuous(length));
    case 'slow_leak': return water(text.slow(length));
    case 'running_toilet': return water(text.toilet(count, length));
    case 'long_use': return water(text.longUse(length));
    case 'away_use': return water(text.away(length));
    case 'sprinkler_zone': return water(text.zone(length));
    case 'impossible_flow': return water(of.measure === 'flow' ? text.impossible(observed) : text.ranBack);
    case 'sensor_silent': return [place === '' ? text.silent(lasted, since) : text.meterSilent(place, lasted, since), limit, text.cannotSee];
    case 'bridge_offline': return [text.offline(lasted, since), limit, text.cannotSee];
    case 'radio_lost': return [text.radio(at), text.cannotSee];
    case 'device_moved': return [text.moved(at)];
    case 'battery_low': return [text.batteryLow(observed, quantity(of, of.limit))];
    case 'battery_dead': return [text.batteryDead(at)];
    case 'data_erased': return [text.erased(at)];
    case 'clock_missing': return [text.clockless(count, since), limit, text.arrivalUsed];
    case 'puck_wet': return [text.puckWet(place, since)];
    case 'puck_silent': return [text.puckSilent(place, lasted, since), limit, text.puckCannotTell];
    case 'puck_battery': return [text.puckBattery(place, of.measure === 'percent' && of.observed !== null ? observed : null)];
    case 'budget_day':
    case 'budget_week':
    case 'budget_month': {
      const reached = { budget_day: text.budget.day, budget_week: text.budget.week, budget_month: text.budget.month };
      const full = of.limit ?? 0;
      const share = full > 0 ? (of.observed ?? 0) / full : 1;
      const budget = quantity(of, full);
      // Rounded down, for what is not used up is not 100 %.
      return [reached[alarm.rule](observed, since), share >= 1 ? text.budgetUsedUp(budget) : text.budgetShare(Math.floor(share * 100), budget)];
    }
    default: return [alarm.sentence];
  }
}

export function alarmSentence(alarm: Finding, units: Units): string {
  const known = alarm.rule in t.alarms.titles;
  const detail = known && alarm.explanation.detail !== '' && !hasPlace(alarm) ? t.alarms.detail(alarm.explanation.detail.replace(/\.+$/, '')) : '';
  return [...told(alarm, units), detail].filter((words) => words !== '').join(' ');
}
