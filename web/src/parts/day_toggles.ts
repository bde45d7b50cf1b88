// Days of the week, each to be pressed or not, and in words. In a shadow root that has `common` and `dayStyles`.
import { css, html } from 'lit';
import type { Schemas } from '../api/client';
import { t } from '../texts';

export type Weekday = Schemas['Weekday'];
export const weekdays: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

export const dayStyles = css`
  .days { display: grid; grid-template-columns: repeat(7, minmax(0, 1fr)); gap: 0.3rem; max-width: 26rem; }
  .days button { padding: 0.2rem 0; font-size: 0.9rem; }
`;

export function dayToggles(label: string, chosen: readonly Weekday[], choose: (days: Weekday[]) => void) {
  const press = (day: Weekday) => choose(weekdays.filter((one) => chosen.includes(one) !== (one === day)));
  return html`<div role="group" aria-label=${label} class="days">
    ${weekdays.map(
      (day) => html`<button type="button" aria-pressed=${chosen.includes(day) ? 'true' : 'false'} @click=${() => press(day)}>${t.habits.weekdays[day]}</button>`,
    )}
  </div>`;
}

// "Every day", "Mon, Wed, Fri".
export const daysInWords = (days: readonly Weekday[]): string =>
  days.length === 7 || days.length === 0 ? t.habits.every : weekdays.filter((day) => days.includes(day)).map((day) => t.habits.weekdays[day]).join(', ');
