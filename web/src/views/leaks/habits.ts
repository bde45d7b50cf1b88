// What comes by the clock: learned or entered, excused or not.
import { css, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { api, said } from '../../api/client';
import { whyNot } from '../../parts/rights';
import { Asked } from '../../parts/asked';
import { daysInWords } from '../../parts/day_toggles';
import '../../parts/dialog';
import { View } from '../../parts/element';
import '../../parts/habit_form';
import type { Habit, HabitDraft } from '../../parts/habit_form';
import { problemNotice, problemText } from '../../parts/problem';
import { chosenSensor, sensorChoice } from '../../parts/sensor_choice';
import { common } from '../../parts/styles';
import { href } from '../../shell/route';
import { t } from '../../texts';
import { flowWithUnit, volumeWithUnit } from '../../words/numbers';
import { span, timeOfDay, when } from '../../words/times';
import { fromLitres } from '../../words/units';

@customElement('mr-leaks-habits')
export class LeakHabits extends View {
  static override styles = [
    common,
    css`
      ul { display: grid; gap: 0.8rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 24rem), 1fr)); }
      li { border: 1px solid var(--line); border-radius: 10px; padding: 0.8rem 0.9rem; display: grid; gap: 0.45rem; align-content: start; }
      li.off { border-style: dashed; }
      .head { display: flex; gap: 0.6rem; align-items: center; }
      .head h4 { margin: 0; font-size: 1rem; margin-inline-end: auto; min-width: 0; overflow-wrap: anywhere; }
      .wide { max-width: 75ch; }
    `,
  ];
  @state() private draft: HabitDraft | null = null;
  @state() private removing: Habit | null = null;
  @state() private resetting = false;
  @state() private busy = false;
  @state() private problem: string | null = null;

  private get uuid(): string {
    return chosenSensor(this.house.devices) ?? '';
  }
  private readonly habits = new Asked(this, () => said(api.GET('/api/v1/sensors/{uuid}/habits', { params: { path: { uuid: this.uuid } } })));

  protected override willUpdate(): void {
    if (this.uuid !== '') this.habits.ask(this.uuid);
  }

  private async change(asked: Promise<{ data?: unknown; error?: unknown; response: Response }>): Promise<void> {
    this.busy = true;
    try {
      await said(asked);
      this.problem = null;
      this.removing = null;
      this.resetting = false;
    } catch (error) {
      this.problem = problemText(error);
    }
    await this.habits.again();
    this.busy = false;
  }

  private path(number: number) {
    return { params: { path: { uuid: this.uuid, number } } };
  }

  private name = (habit: Habit): string => habit.label || t.habits.unnamed(timeOfDay(habit.start));

  protected override render() {
    const text = t.habits;
    const { devices } = this.house;
    if (this.uuid === '') return html`<section class="card"><mr-empty heading=${t.uses.noSensor}><a href=${href('setup')}>${t.uses.setUp}</a></mr-empty></section>`;
    const may = this.house.mayAdminister;
    const why = whyNot('admin') || nothing;
    const asking = this.removing !== null || this.resetting;
    return html`<section class="card">
        <div class="row apart"><h3>${text.title}</h3>${sensorChoice(devices, () => this.requestUpdate())}</div>
        <p class="wide quiet">${text.what}</p>
        ${asking ? nothing : problemNotice(this.problem)}
        ${this.habits.show((habits) =>
          html`${habits.items.length === 0 ? html`<p>${text.none}</p>` : html`<ul>${habits.items.map((habit) => this.habit(habit))}</ul>`}
            <p class="quiet small">${text.learnedFrom(habits.days_learned)}</p>`,
        )}
        <div class="row">
          <button class="primary" ?disabled=${!may} title=${why} @click=${() => (this.draft = { start: '06:00', length_minutes: 30 })}>${text.add}</button>
          <button ?disabled=${!may} title=${why} @click=${() => ((this.problem = null), (this.resetting = true))}>${text.reset}</button>
          ${may ? nothing : html`<span class="quiet small">${why}</span>`}
        </div>
      </section>
      <mr-habit-form .sensor=${this.uuid} .draft=${this.draft} @close=${() => (this.draft = null)} @saved=${() => void this.habits.again()}></mr-habit-form>
      <mr-dialog heading=${text.removeTitle} ?open=${this.removing !== null} @close=${() => (this.removing = null)}>
        <p>${this.removing === null ? '' : text.removeHint(this.name(this.removing))}</p>
        ${problemNotice(this.problem)}
        <div class="row">
          <button class="danger" ?disabled=${this.busy} @click=${() => this.removing && void this.change(api.DELETE('/api/v1/sensors/{uuid}/habits/{number}', this.path(this.removing.number)))}>${text.remove}</button>
          <button @click=${() => (this.removing = null)}>${t.shell.cancel}</button>
        </div>
      </mr-dialog>
      <mr-dialog heading=${text.resetTitle} ?open=${this.resetting} @close=${() => (this.resetting = false)}>
        <p>${text.resetHint}</p>
        ${problemNotice(this.problem)}
        <div class="row">
          <button class="danger" ?disabled=${this.busy} @click=${() => void this.change(api.POST('/api/v1/sensors/{uuid}/habits/reset', { params: { path: { uuid: this.uuid } } }))}>${text.resetButton}</button>
          <button @click=${() => (this.resetting = false)}>${t.shell.cancel}</button>
        </div>
      </mr-dialog>`;
  }

  private habit(habit: Habit) {
    const text = t.habits;
    const name = this.name(habit);
    const may = this.house.mayAdminister;
    const why = whyNot('admin') || nothing;
    const about = text.about(timeOfDay(habit.start), span(habit.start_slack_minutes * 60), span(habit.length_minutes * 60));
    const amounts = [
      habit.flow_litres_per_minute === null ? '' : flowWithUnit(fromLitres(habit.flow_litres_per_minute, this.flowUnit), this.flowUnit),
      habit.volume_litres === null ? '' : volumeWithUnit(fromLitres(habit.volume_litres, this.unit), this.unit),
      habit.seen_days > 0 ? text.seen(habit.seen_days) : '',
      habit.last_seen === null ? '' : text.lastSeen(when(habit.last_seen, this.house.now(), this.zone)),
    ].filter((one) => one !== '');
    return html`<li class=${habit.on ? '' : 'off'}>
      <div class="head">
        <h4>${name}</h4>
        <label class="switch">${text.on}<input type="checkbox" role="switch" aria-label="${text.on}: ${text.onLabel(name)}" .checked=${habit.on} ?disabled=${!may || this.busy} title=${why}
          @change=${(event: Event) => void this.change(api.PUT('/api/v1/sensors/{uuid}/habits/{number}', { ...this.path(habit.number), body: { on: (event.target as HTMLInputElement).checked } }))} /></label>
      </div>
      <p>${daysInWords(habit.days)} <span class="pill">${habit.source === 'owner' ? text.owner : text.learned}</span></p>
      <p class="number">${about}</p>
      <p class="quiet small number">${amounts.join(' · ')}</p>
      <div class="row">
        <button ?disabled=${!may} title=${why} aria-label=${text.changeLabel(name)} @click=${() => (this.draft = habit)}>${text.change}</button>
        <button class="danger" ?disabled=${!may || this.busy} title=${why} aria-label="${text.remove}: ${name}" @click=${() => ((this.problem = null), (this.removing = habit))}>${text.remove}</button>
      </div>
    </li>`;
  }
}
