// Times and spans as people read them. Times are RFC 3339 texts of the API or milliseconds of Unix time, and are shown by
// the site's clock, wherever the browser is.
import { locale, t } from '../texts';
import { number } from './numbers';
import { dateAfter, dateOf, momentOfTime, type Time } from './zones';

const formats = new Map<string, Intl.DateTimeFormat>();
export function formatted(time: Time, zone: string, options: Intl.DateTimeFormatOptions): string {
  const key = `${locale} ${zone} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(locale, { ...options, timeZone: zone });
    formats.set(key, format);
  }
  return format.format(momentOfTime(time));
}

export const clock = (time: Time, zone: string): string => formatted(time, zone, { hour: '2-digit', minute: '2-digit' });
export const day = (time: Time, zone: string): string =>
  formatted(time, zone, { weekday: 'short', day: 'numeric', month: 'short' });
export const fullDay = (time: Time, zone: string): string =>
  formatted(time, zone, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
export const month = (time: Time, zone: string): string => formatted(time, zone, { month: 'long', year: 'numeric' });

// A time of the API, "14:05" or "24:00", as clocks are read here: "2:05 PM".
export function timeOfDay(time: string): string {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return clock(Date.UTC(2026, 0, 1, hours, minutes), 'UTC');
}

// "14:05", "yesterday, 14:05", "22 Nov, 14:05".
export function when(time: Time, now: Time, zone: string): string {
  const date = dateOf(time, zone);
  const today = dateOf(now, zone);
  if (date === today) return clock(time, zone);
  if (date === dateAfter(today, -1)) return `${t.words.yesterday}, ${clock(time, zone)}`;
  const sameYear = date.slice(0, 4) === today.slice(0, 4);
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
  const seconds = (momentOfTime(now) - momentOfTime(time)) / 1000;
  return seconds < 5 ? t.words.justNow : t.words.ago(span(seconds));
}
