// A day of uses: its sums, its lane and its list. It asks for its own uses and tells them in `day-uses`
// {detail: {date, uses, open, lifetime}}, for the sums of all days shown.
import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Alarm, Use, Schemas } from '../../api/client';
import { Asked } from '../../parts/asked';
import { HouseElement } from '../../parts/element';
import { problemNotice, problemText } from '../../parts/problem';
import { common } from '../../parts/styles';
import { t } from '../../texts';
import { volumeWithUnit } from '../../words/numbers';
import { clock, formatted, span } from '../../words/times';
import { dayOf, isToday } from '../../words/zones';
import { askUses } from './api';
import type { Renamed } from './judge';
import './lane';
import { alarmOf, type Filter, passes, sum } from './sums';
import { useWords } from './told';
import './use_row';

// A running day changes while one looks at it.
const kTodayEveryMs = 20_000;

export interface DayUses {
  date: string;
  uses: Use[];
  open: Use | null;
  lifetime: number | null; // of the sensor, when that was asked
}

@customElement('mr-uses-day')
export class UsesDay extends HouseElement {
  static override styles = [
    common,
    css`
      .head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.2rem 1rem; }
      .head h3 { font-size: 1.05rem; }
      .head h3::first-letter { text-transform: uppercase; }
      .head .facts { font-variant-numeric: tabular-nums; color: var(--quiet); margin-inline-end: auto; }
      li:last-child mr-use { border: none; }
    `,
  ];
  @property() sensor = '';
  @property() date = '';
  @property({ attribute: false }) filter: Filter = { category: null, least: 0 };
  @property({ attribute: false }) alarms: readonly Alarm[] = [];
  @property({ type: Number }) most = 0;
  @property() chosen: string | null = null;
  @property({ attribute: false }) renamed: Renamed | null = null;
  @property({ type: Boolean }) listed = false;
  @property({ type: Boolean }) guessed = false;
  @property({ type: Number }) version = 0; // another one: something has changed, ask again
  @state() private later: Use[] = []; // of further pages
  @state() private cursor: string | null = null;
  @state() private problem: string | null = null;

  private readonly page = new Asked<Schemas['UsePage']>(
    this,
    () => this.question(),
    () => (isToday(this.date, this.house.now(), this.zone) ? kTodayEveryMs : null),
  );

  private async question(): Promise<Schemas['UsePage']> {
    const lifetime = this.house.sensor(this.sensor)?.lifetime ?? null;
    const page = await askUses(this.sensor, ...dayOf(this.date, this.zone), null);
    this.later = [];
    this.cursor = page.next_cursor;
    this.tell(page, lifetime);
    return page;
  }

  private tell(page: Schemas['UsePage'], lifetime: number | null): void {
    const detail: DayUses = { date: this.date, uses: [...page.items, ...this.later], open: page.open, lifetime };
    this.dispatchEvent(new CustomEvent('day-uses', { detail }));
  }

  private async more(): Promise<void> {
    if (this.cursor === null || this.page.value === null) return;
    const { cursor } = this;
    try {
      const page = await askUses(this.sensor, ...dayOf(this.date, this.zone), cursor);
      if (this.cursor !== cursor) return; // the first page has come anew meanwhile
      this.later = [...this.later, ...page.items];
      this.cursor = page.next_cursor;
      this.problem = null;
      this.tell(this.page.value, this.house.sensor(this.sensor)?.lifetime ?? null);
    } catch (error) {
      this.problem = problemText(error);
    }
  }

  protected override willUpdate(): void {
    this.page.ask(`${this.sensor} ${this.date} ${this.zone}`, String(this.version));
  }

  protected override render() {
    const [from] = dayOf(this.date, this.zone);
    const long = formatted(from + 12 * 3_600_000, this.zone, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
    const day = isToday(this.date, this.house.now(), this.zone) ? `${t.words.today}, ${long}` : long;
    return html`<section class="card" aria-label=${day}>
      ${this.page.show((page) => this.content(page, [...page.items, ...this.later], day))}
    </section>`;
  }

  private content(page: Schemas['UsePage'], uses: Use[], day: string) {
    const text = t.uses;
    const shown = uses.filter((use) => passes(use, this.filter));
    const total = sum(shown);
    const about = this.guessed ? '≈\u202f' : '';
    const facts = text.dayFacts(total.uses, `${about}${volumeWithUnit(total.volume, page.unit)}`);
    const listed = this.listed && shown.length > 0;
    return html`
      <div class="head">
        <h3>${day}</h3>
        <span class="facts">${uses.length === 0 ? text.dayEmpty : shown.length === 0 ? text.dayFiltered : facts}</span>
        ${shown.length === 0
          ? nothing
          : html`<button aria-expanded=${listed ? 'true' : 'false'} @click=${() => this.dispatchEvent(new CustomEvent('day-list', { detail: !this.listed }))}>${text.list}<span class="sr">: ${text.listLabel(day)}</span></button>`}
      </div>
      ${uses.length === 0 ? nothing : this.lane(page, uses, day, facts)}
      ${listed ? this.list(page, shown, day) : nothing}
      ${problemNotice(this.problem)}
      ${listed && this.cursor !== null ? html`<button @click=${this.more}>${text.moreOfDay}</button>` : nothing}
    `;
  }

  private lane(page: Schemas['UsePage'], uses: Use[], day: string, facts: string) {
    return html`<mr-uses-lane
      .date=${this.date} .zone=${this.zone} .bounds=${dayOf(this.date, this.zone)} .uses=${uses} .most=${this.most} .chosen=${this.chosen}
      .passes=${(use: Use) => passes(use, this.filter)}
      .alarmed=${(use: Use) => alarmOf(use, this.alarms)?.not_a_leak === false}
      .describe=${(use: Use) => `${clock(use.start, this.zone)} · ${useWords(use)} · ${t.uses.inTime(volumeWithUnit(use.volume, page.unit), span(use.seconds))}`}
      label=${t.uses.lane(day, facts)}
    ></mr-uses-lane>`;
  }

  private list(page: Schemas['UsePage'], shown: Use[], day: string) {
    return html`<ul aria-label=${t.uses.listLabel(day)}>
      ${repeat(
        [...shown].reverse(),
        keyOf,
        (use) => html`<li><mr-use .sensor=${this.sensor} .use=${use} .alarm=${alarmOf(use, this.alarms)} .units=${page}
          ?guessed=${this.guessed} ?chosen=${keyOf(use) === this.chosen} .renamed=${keyOf(use) === this.renamed?.key ? this.renamed : null} data-use=${keyOf(use)}></mr-use></li>`,
      )}
    </ul>`;
  }

  // Brings a use of the list into sight.
  async reveal(key: string): Promise<void> {
    await this.updateComplete;
    const row = this.renderRoot.querySelector<HTMLElement>(`[data-use="${CSS.escape(key)}"]`);
    row?.scrollIntoView({ block: 'nearest', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
    row?.shadowRoot?.querySelector<HTMLElement>('.more button')?.focus({ preventScroll: true });
  }
}

export const keyOf = (use: Use): string => use.id ?? use.start;

declare global {
  interface HTMLElementTagNameMap {
    'mr-uses-day': UsesDay;
  }
}
