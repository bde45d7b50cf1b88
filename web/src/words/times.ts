// Times and spans as people read them. Times are RFC 3339 texts of the API or milliseconds of Unix time, and are shown by
// the site's clock, wherever the browser is.
import { locale, t } from '../texts';
import { number } from './numbers';

export type Time = string | number;

const ms = (time: Time): number => (typeof time === 'number' ? time : Date.parse(time));

const formats = new Map<string, Intl.DateTimeFormat>();
export function formatted(time: Time, zone: string, options: Intl.DateTimeFormatOptions): string {
  const key = `${locale} ${zone} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone });
    formats.set(key, format);
  }
  return format.format(ms(time));
}

export const clock = (time: Time, zone: string): string => formatted(time, zone, { hour: '2-digit', minute: '2-digit' });
export const day = (time: Time, zone: string): string =>
  formatted(time, zone, { weekday: 'short', day: 'numeric', month: 'short' });
export const fullDay = (time: Time, zone: string): string =>
  formatted(time, zone, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
export const month = (time: Time, zone: string): string => formatted(time, zone, { month: 'long', year: 'numeric' });

// The site's date of a time as `YYYY-MM-DD`, for comparing and for addresses.
// Its formats are kept, for making one takes longer than a hundred uses of it.
const dates = new Map<string, Intl.DateTimeFormat>();
export function dateOf(time: Time, zone: string): string {
  let format = dates.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
    dates.set(zone, format);
  }
  return format.format(ms(time));
}

// "14:05", "yesterday, 14:05", "22 Nov, 14:05".
export function when(time: Time, now: Time, zone: string): string {
  const date = dateOf(time, zone);
  if (date === dateOf(now, zone)) return clock(time, zone);
  if (date === dateOf(ms(now) - 86_400_000, zone)) return `${t.words.yesterday}, ${clock(time, zone)}`;
  const sameYear = date.slice(0, 4) === dateOf(now, zone).slice(0, 4);
  const shown = formatted(time, zone, { day: 'numeric', month: 'short', ...(sameYear ? {} : { year: 'numeric' }) });
  return `${shown}, ${clock(time, zone)}`;
}

// A length of time in seconds: "45 s", "12 min", "2 h 5 min", "3 days".
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 90) return t.words.seconds(number(whole, 0));
  if (whole < 5400) return t.words.minutes(number(Math.round(whole / 60), 0));
  if (whole < 36 * 3600) {
    const minutes = Math.round(whole / 60);
    const rest = minutes % 60;
    const hours = number(Math.floor(minutes / 60), 0);
    return rest === 0 ? t.words.hours(hours) : t.words.hoursMinutes(hours, number(rest, 0));
  }
  return t.words.days(number(Math.round(whole / 86400), 0));
}

export function ago(time: Time, now: Time): string {
  const seconds = (ms(now) - ms(time)) / 1000;
  return seconds < 5 ? t.words.justNow : t.words.ago(span(seconds));
}
