// Times of the week, listed and edited: `keep` is given the whole new list and may refuse it.
import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Schemas } from '../../api/client';
import { daysInWords, dayStyles, dayToggles, type Weekday, weekdays } from '../../parts/day_toggles';
import '../../parts/dialog';
import { HouseElement } from '../../parts/element';
import { problemNotice, problemText } from '../../parts/problem';
import { styled } from '../../parts/styled';
import { common } from '../../parts/styles';
import { t } from '../../texts';
import { timeOfDay } from '../../words/times';
import { weekBlocks } from './week';

export type Mode = Schemas['HouseMode'];
export type WeekWindow = Schemas['WeekWindow'] & { mode?: Mode };

@customElement('mr-leaks-windows')
export class Windows extends HouseElement {
  static override styles = [
    common,
    dayStyles,
    css`
      :host { display: grid; gap: 0.8rem; }
      li { display: flex; flex-wrap: wrap; align-items: center; gap: 0.3rem 0.7rem; padding: 0.35rem 0; border-bottom: 1px solid var(--line); }
      li span.words { margin-inline-end: auto; }
      form { display: grid; gap: 0.9rem; }
      .two { display: grid; grid-template-columns: 1fr 1fr; gap: 0.75rem; }
      .two input, select { width: 100%; }
      .week { display: grid; grid-template-columns: auto 1fr; gap: 3px 0.6rem; align-items: center; font-size: 0.75rem; line-height: 1.2; color: var(--quiet); }
      .lane { position: relative; height: 0.95rem; border-radius: 4px; background: var(--raised); overflow: hidden; }
      .lane i { position: absolute; top: 0; bottom: 0; border-radius: 4px; }
      .home { background: var(--good); } .away { background: var(--warn); } .vacation { background: var(--bad); } .plain { background: var(--bar); }
    `,
  ];
  @property({ attribute: false }) windows: readonly WeekWindow[] = [];
  @property({ attribute: false }) modes: readonly Mode[] = []; // none: windows have no mode
  @property() why = ''; // why nothing may be changed
  @property({ attribute: false }) keep: (windows: WeekWindow[]) => Promise<void> = async () => undefined;
  @state() private edited: number | null = null; // windows.length: a new one
  @state() private days: readonly Weekday[] = weekdays;
  @state() private busy = false;
  @state() private problem: string | null = null;

  private edit(index: number): void {
    this.days = this.windows[index]?.days ?? weekdays.slice(0, 5);
    this.problem = null;
    this.edited = index;
  }

  private async give(windows: WeekWindow[]): Promise<void> {
    this.busy = true;
    try {
      await this.keep(windows);
      this.problem = null;
      this.edited = null;
    } catch (error) {
      this.problem = problemText(error);
    }
    this.busy = false;
  }

  private save(event: SubmitEvent): void {
    event.preventDefault();
    if (this.edited === null) return;
    const form = new FormData(event.target as HTMLFormElement);
    const from = String(form.get('from'));
    // Midnight at the end is 24:00 in the API and 00:00 in a field.
    const to = String(form.get('to')) === '00:00' ? '24:00' : String(form.get('to'));
    if (this.days.length === 0) this.problem = t.habits.needDay;
    else if (from === to) this.problem = t.leaks.sameTimes;
    else {
      const window: WeekWindow = { days: [...this.days], from, to, ...(this.modes.length > 0 ? { mode: form.get('mode') as Mode } : {}) };
      void this.give([...this.windows.slice(0, this.edited), window, ...this.windows.slice(this.edited + 1)]);
    }
  }

  private inWords(window: WeekWindow): string {
    const words = t.leaks.windowWords(daysInWords(window.days), timeOfDay(window.from), timeOfDay(window.to));
    return window.mode === undefined ? words : `${t.leaks.modes[window.mode]} · ${words}`;
  }

  protected override render() {
    const off = this.busy || this.why !== '';
    const title = this.why || nothing;
    return html`
      ${this.windows.length === 0 ? html`<p class="quiet">${t.leaks.noWindows}</p>` : this.week()}
      <ul>
        ${this.windows.map((window, index) => {
          const words = this.inWords(window);
          return html`<li><span class="words">${words}</span>
            <button ?disabled=${off} title=${title} aria-label="${t.leaks.changeWindow}: ${words}" @click=${() => this.edit(index)}>${t.leaks.changeWindow}</button>
            <button class="danger" ?disabled=${off} title=${title} aria-label="${t.leaks.removeWindow}: ${words}" @click=${() => void this.give(this.windows.filter((_, at) => at !== index))}>${t.leaks.removeWindow}</button></li>`;
        })}
      </ul>
      ${this.edited === null ? problemNotice(this.problem) : nothing}
      <div class="row"><button ?disabled=${off} title=${title} @click=${() => this.edit(this.windows.length)}>${t.leaks.addWindow}</button>
        ${this.why === '' ? nothing : html`<span class="quiet small">${this.why}</span>`}</div>
      <mr-dialog heading=${t.leaks.windowTitle} ?open=${this.edited !== null} @close=${() => (this.edited = null)}>${this.edited === null ? nothing : this.form(this.windows[this.edited])}</mr-dialog>`;
  }

  private week() {
    return html`<div class="week" aria-hidden="true">
      ${weekdays.map(
        (day) => html`<span>${t.habits.weekdays[day]}</span><div class="lane">
          ${weekBlocks(this.windows, day).map((block) => html`<i class=${block.mode ?? 'plain'} ${styled({ left: `${block.x * 100}%`, width: `${block.width * 100}%` })}></i>`)}
        </div>`,
      )}
    </div>`;
  }

  private form(window: WeekWindow | undefined) {
    const text = t.leaks;
    return html`<form @submit=${this.save}>
      ${this.modes.length === 0
        ? nothing
        : html`<label class="field">${text.mode}<select name="mode">${this.modes.map((mode) => html`<option value=${mode} ?selected=${mode === (window?.mode ?? 'away')}>${text.modes[mode]}</option>`)}</select></label>`}
      ${dayToggles(text.windowDays, this.days, (days) => (this.days = days))}
      <div class="two">
        <label class="field">${text.from}<input name="from" type="time" required .value=${window?.from ?? '08:00'} /></label>
        <label class="field">${text.to}<input name="to" type="time" required .value=${(window?.to ?? '16:00').replace('24:00', '00:00')} /></label>
      </div>
      <p class="quiet small">${text.nextDay}</p>
      ${problemNotice(this.problem)}
      <div class="row"><button class="primary" ?disabled=${this.busy}>${t.shell.save}</button>
        <button type="button" @click=${() => (this.edited = null)}>${t.shell.cancel}</button></div>
    </form>`;
  }
}
