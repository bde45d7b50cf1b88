// What the history is steered with: which time, beside which, how finely, by kinds of use.
import { html, nothing } from 'lit';
import { t } from '../../texts';
import { isDate } from '../../words/zones';
import { addressOf, type Shown } from './address';
import { type Comparison, comparisonsOf, type Range, ranges, shift, startOf, type Step, stepsOf } from './ranges';

export interface Steering {
  shown: Shown;
  today: string;
  zoomed: boolean;
  change: (what: Partial<Shown>, replace?: boolean) => void;
}

// A range of another length keeps what it can: the day, and what it is compared with.
const withRange = (shown: Shown, range: Range): Shown => ({ ...shown, range, by: null, zoom: null });

export const mayGoLater = (shown: Shown, today: string): boolean => startOf(shown.range, shown.date) < startOf(shown.range, today);

export const moved = (shown: Shown, today: string, by: number): Partial<Shown> => {
  const date = shift(shown.range, shown.date, by);
  return { date: date > today ? today : date, zoom: null };
};

export function rangeTabs({ shown }: Steering) {
  return html`<nav class="tabs" aria-label=${t.history.whichRange}>
    ${ranges.map(
      (range) => html`<a href=${addressOf(withRange(shown, range))} aria-current=${range === shown.range ? 'true' : nothing}>${t.history.ranges[range]}</a>`,
    )}
  </nav>`;
}

export function timeBar(steering: Steering, name: string) {
  const { shown, today, change } = steering;
  if (shown.range === 'all') return html`<div class="row time"><h2>${name}</h2></div>`;
  const later = mayGoLater(shown, today);
  const picked = (event: Event) => {
    const { value } = event.target as HTMLInputElement;
    if (isDate(value) && value <= today) change({ date: value, zoom: null });
  };
  return html`<div class="row time">
    <button class="step" aria-label=${t.history.earlier[shown.range]} title=${t.history.earlier[shown.range]} data-part="earlier"
      @click=${() => change(moved(shown, today, -1))}>‹</button>
    <h2 aria-live="polite">${name}</h2>
    <button class="step" aria-label=${t.history.later[shown.range]} title=${t.history.later[shown.range]} data-part="later"
      ?disabled=${!later} @click=${() => change(moved(shown, today, 1))}>›</button>
    <span class="row pick">
      ${later ? html`<button @click=${() => change({ date: today, zoom: null })} data-part="today">${t.history.now[shown.range]}</button>` : nothing}
      <input type="date" aria-label=${t.history.goTo} .value=${shown.date} max=${today} @change=${picked}>
    </span>
  </div>`;
}

const comparisonName = (comparison: Comparison, range: Range): string => {
  const names = t.history.comparisons;
  if (comparison === 'previous' || comparison === 'year') return names[comparison][range];
  return names[comparison];
};

function stepName(step: Step, range: Range): string {
  return range === 'year' && step === 'hour' ? t.history.hoursOfYear : t.history.steps[step];
}

export function choices({ shown, zoomed, change }: Steering) {
  const others = comparisonsOf(shown.range);
  const chosen = (event: Event) => (event.target as HTMLSelectElement).value;
  return html`<div class="row choices ${zoomed ? 'near' : ''}">
    ${others.length < 2
      ? nothing
      : html`<label class="field">${t.history.compare}
          <select data-part="compare" @change=${(event: Event) => change({ compare: chosen(event) as Comparison }, true)}>
            ${others.map((one) => html`<option value=${one} ?selected=${one === shown.compare}>${comparisonName(one, shown.range)}</option>`)}
          </select></label>`}
    ${zoomed
      ? nothing
      : html`<label class="field">${t.history.bars}
          <select data-part="bars" @change=${(event: Event) => change({ by: chosen(event) === '' ? null : (chosen(event) as Step) }, true)}>
            <option value="" ?selected=${shown.by === null}>${t.history.steps.auto}</option>
            ${stepsOf(shown.range).map((step) => html`<option value=${step} ?selected=${step === shown.by}>${stepName(step, shown.range)}</option>`)}
          </select></label>`}
    <button aria-pressed=${shown.split ? 'true' : 'false'} data-part="split" @click=${() => change({ split: !shown.split }, true)}>${t.history.split}</button>
  </div>`;
}
