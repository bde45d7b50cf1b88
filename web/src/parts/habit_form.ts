// Enters or changes water that comes by the clock, in a dialog:
//
//   <mr-habit-form .sensor=${uuid} .draft=${draft} @saved=${…} @close=${…}></mr-habit-form>
//
// Open while there is a draft; one with a number is a habit that exists. Flows and volumes are shown in the site's unit.
import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { api, said, type Schemas } from '../api/client';
import { t } from '../texts';
import { unitName } from '../words/numbers';
import { fromLitres, litresOf } from '../words/units';
import { dayStyles, dayToggles, type Weekday, weekdays } from './day_toggles';
import './dialog';
import { HouseElement } from './element';
import { problemNotice, problemText } from './problem';
import { common } from './styles';

export type Habit = Schemas['Habit'];
export type HabitDraft = Pick<Habit, 'start' | 'length_minutes'> & Partial<Habit>;

@customElement('mr-habit-form')
export class HabitForm extends HouseElement {
  static override styles = [
    common,
    dayStyles,
    css`
      form { display: grid; gap: 0.9rem; }
      .two { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: 0.75rem; align-items: end; }
      input:not([type='checkbox']) { width: 100%; }
    `,
  ];
  @property() sensor = '';
  @property({ attribute: false }) draft: HabitDraft | null = null;
  @state() private days: readonly Weekday[] = weekdays;
  @state() private busy = false;
  @state() private problem: string | null = null;

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (!changed.has('draft') || this.draft === null) return;
    this.days = this.draft.days ?? weekdays;
    this.problem = null;
  }

  private async save(event: Event): Promise<void> {
    event.preventDefault();
    const devices = this.house.devices;
    if (devices === null || this.draft === null) return;
    if (this.days.length === 0) {
      this.problem = t.habits.needDay;
      return;
    }
    const field = (name: string) => this.renderRoot.querySelector<HTMLInputElement>(`[name='${name}']`)!;
    const amount = (name: string, unit: string) => {
      const value = field(name).valueAsNumber;
      return Number.isNaN(value) ? null : litresOf(value, unit);
    };
    const body = {
      label: field('label').value.trim() || null,
      days: [...this.days],
      start: field('start').value,
      start_slack_minutes: field('slack').valueAsNumber,
      length_minutes: field('length').valueAsNumber,
      flow_litres_per_minute: amount('flow', devices.flow_unit),
      volume_litres: amount('volume', devices.unit),
    };
    const uuid = this.sensor;
    const { number } = this.draft;
    this.busy = true;
    try {
      await said<unknown>(
        number === undefined
          ? api.POST('/api/v1/sensors/{uuid}/habits', { params: { path: { uuid } }, body })
          : api.PUT('/api/v1/sensors/{uuid}/habits/{number}', { params: { path: { uuid, number } }, body }),
      );
      this.problem = null;
      this.dispatchEvent(new Event('saved'));
      this.close();
    } catch (error) {
      this.problem = problemText(error);
    }
    this.busy = false;
  }

  private close(): void {
    if (this.draft === null) return;
    this.draft = null;
    this.dispatchEvent(new Event('close'));
  }

  protected override render() {
    const text = t.habits;
    const { draft } = this;
    const devices = this.house.devices;
    if (devices === null) return nothing;
    const inUnit = (litres: number | null | undefined, unit: string) => (litres == null ? '' : String(fromLitres(litres, unit)));
    return html`<mr-dialog heading=${draft?.number === undefined ? text.addTitle : text.changeTitle} ?open=${draft !== null} @close=${this.close}>
      ${draft === null
        ? nothing
        : html`<form @submit=${this.save}>
            <label class="field">${text.label}<input name="label" maxlength="60" placeholder=${text.labelHint} .value=${draft.label ?? ''} /></label>
            ${dayToggles(text.days, this.days, (days) => (this.days = days))}
            <div class="two">
              <label class="field">${text.start}<input name="start" type="time" required .value=${draft.start} /></label>
              <label class="field">${text.slack}<input name="slack" type="number" min="1" max="120" step="any" required inputmode="decimal" .value=${String(draft.start_slack_minutes ?? 15)} /></label>
              <label class="field">${text.length}<input name="length" type="number" min="1" max="1440" step="any" required inputmode="decimal" .value=${String(Math.round(draft.length_minutes * 10) / 10)} /></label>
            </div>
            <div class="two">
              <label class="field">${text.flow(unitName(devices.flow_unit))}<input name="flow" type="number" min="0" step="any" inputmode="decimal" placeholder=${text.any} .value=${inUnit(draft.flow_litres_per_minute, devices.flow_unit)} /></label>
              <label class="field">${text.volume(unitName(devices.unit))}<input name="volume" type="number" min="0" step="any" inputmode="decimal" placeholder=${text.any} .value=${inUnit(draft.volume_litres, devices.unit)} /></label>
            </div>
            <p class="quiet small">${text.anyHint}</p>
            ${problemNotice(this.problem)}
            <div class="row">
              <button class="primary" ?disabled=${this.busy}>${t.shell.save}</button>
              <button type="button" @click=${this.close}>${t.shell.cancel}</button>
            </div>
          </form>`}
    </mr-dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'mr-habit-form': HabitForm;
  }
}
