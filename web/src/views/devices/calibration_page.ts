// What a turn of the magnet is worth, since when and from where, and three ways to find it out.
import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { api, said, type Schemas } from '../../api/client';
import { Asked } from '../../parts/asked';
import '../../parts/dialog';
import '../../parts/draw_bucket';
import { HouseElement } from '../../parts/element';
import { perTurn } from '../../parts/per_turn';
import { problemNotice, problemText } from '../../parts/problem';
import { common } from '../../parts/styles';
import { whyNot } from '../../parts/rights';
import { t } from '../../texts';
import { placeOf } from '../../words/places';
import { fullDay, when } from '../../words/times';
import { undoes } from './condition';
import './known_value';
import './meter_readings';

type Calibration = Schemas['Calibration'];
type Entry = Schemas['CalibrationEntry'];

@customElement('mr-devices-calibration')
export class CalibrationPage extends HouseElement {
  static override styles = [
    common,
    css`
      .now { display: grid; gap: 0.8rem 2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); align-items: start; }
      .ways { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); align-items: start; }
      .wide { grid-column: 1 / -1; }
      .history li { padding: 0.6rem 0; border-top: 1px solid var(--line); display: flex; gap: 0.5rem 1rem; justify-content: space-between; align-items: start; flex-wrap: wrap; }
      .past { color: var(--quiet); }
    `,
  ];
  @property() sensor = '';
  @state() private undoing: Entry | null = null;
  @state() private problem: string | null = null;
  @state() private busy = false;
  private readonly calibration = new Asked<Calibration>(this, () =>
    said(api.GET('/api/v1/sensors/{uuid}/calibration', { params: { path: { uuid: this.sensor } } })),
  );

  protected override willUpdate(): void {
    if (this.sensor !== '') this.calibration.ask(this.sensor);
  }

  private readonly changed = () => void this.calibration.again();

  private async undo(): Promise<void> {
    this.busy = true;
    try {
      const path = { uuid: this.sensor, number: this.undoing!.number };
      this.calibration.take(await said(api.DELETE('/api/v1/sensors/{uuid}/calibration/{number}', { params: { path } })));
      this.undoing = null;
      this.problem = null;
    } catch (error) {
      this.problem = problemText(error);
    }
    this.busy = false;
  }

  private from = (from: string | null): string => (from === null ? t.devices.calibration.fromTheFirst : t.devices.calibration.from(fullDay(from, this.zone)));

  private holdsNow(calibration: Calibration) {
    const text = t.devices.calibration;
    const worth = perTurn(calibration.volume_per_peak_ml, this.unit);
    const newest = calibration.in_force.at(-1);
    return html`<section class="card" aria-labelledby="now" data-part="calibration-now">
      <h3 id="now">${text.now}</h3>
      <div class="now">
        <div>
          <p class="middle" data-part="per-turn">${calibration.calibrated ? worth : `≈ ${worth}`}</p>
          <p class="quiet">${text.aTurn}</p>
        </div>
        ${newest === undefined || !calibration.calibrated
          ? html`<p class="notice warn">${text.guess}</p>`
          : html`<p><strong>${text.sources[newest.source]}</strong>, ${this.from(newest.from)}.
              <span class="small quiet">${text.entered(when(newest.entered, this.house.now(), this.zone))}</span></p>`}
      </div>
      <details>
        <summary>${text.whatIsIt}</summary>
        <p>${text.explanation}</p>
      </details>
      ${calibration.history.length === 0
        ? nothing
        : html`<details>
            <summary>${text.history(calibration.history.length)}</summary>
            <ul class="history">${[...calibration.history].reverse().map((entry) => this.entry(entry))}</ul>
          </details>`}
    </section>`;
  }

  private entry(entry: Entry) {
    const text = t.devices.calibration;
    const worth = entry.volume_per_peak_ml === null ? text.withdrawn : perTurn(entry.volume_per_peak_ml, this.unit);
    const why = whyNot('admin');
    const mayUndo = entry.in_force && entry.source !== 'config' && entry.volume_per_peak_ml !== null;
    return html`<li class=${entry.in_force ? '' : 'past'}>
      <div>
        <div><strong>${worth}</strong> ${entry.in_force ? html`<span class="pill good">${text.inForce}</span>` : nothing}</div>
        <div class="small">${text.sources[entry.source]}, ${this.from(entry.from)}</div>
        <div class="small quiet">${text.entered(when(entry.entered, this.house.now(), this.zone))} ${this.note(entry)}</div>
      </div>
      ${mayUndo ? html`<button ?disabled=${why !== ''} title=${why} @click=${() => (this.undoing = entry)}>${text.undo}</button>` : nothing}
    </li>`;
  }

  // What it rests on is the daemon's own note, of the time when it was entered.
  private note(entry: Entry) {
    const undone = undoes(entry.note);
    if (undone !== null) return t.devices.calibration.undoOf(undone);
    return entry.source === 'drawn' || entry.source === 'meter_readings' ? html`<span lang="en">${entry.note}</span>` : nothing;
  }

  private undoDialog() {
    const text = t.devices.calibration;
    const entry = this.undoing;
    return html`<mr-dialog heading=${text.undoTitle} ?open=${entry !== null} @close=${() => (this.undoing = null)}>
      ${entry === null
        ? nothing
        : html`<p>${text.undoHint(perTurn(entry.volume_per_peak_ml ?? 0, this.unit))}</p>
            ${problemNotice(this.problem)}
            <div class="row">
              <button class="primary" ?disabled=${this.busy} @click=${() => void this.undo()}>${text.undo}</button>
              <button @click=${() => (this.undoing = null)}>${t.shell.cancel}</button>
            </div>`}
    </mr-dialog>`;
  }

  private get called() {
    const says = this.house.sensor(this.sensor)?.bluetooth ?? null;
    return says === null ? html`${t.devices.sensor} <code>${this.sensor}</code>` : placeOf(says);
  }

  protected override render() {
    const text = t.devices.calibration;
    return html`<div class="stack" @calibrated=${this.changed}>
      <div><h2>${text.title}</h2><p class="quiet small">${this.called}</p></div>
      ${this.calibration.show((calibration) => this.holdsNow(calibration))}
      <h2>${text.ways}</h2>
      <p class="quiet">${text.waysHint}</p>
      <div class="ways">
        <section class="card" aria-labelledby="draw"><h3 id="draw">${text.draw}</h3><mr-draw-bucket .sensor=${this.sensor}></mr-draw-bucket></section>
        <section class="card" aria-labelledby="known"><h3 id="known">${text.known}</h3><mr-devices-known-value .sensor=${this.sensor}></mr-devices-known-value></section>
        <section class="card wide" aria-labelledby="meter"><h3 id="meter">${text.meter}</h3><mr-devices-meter .sensor=${this.sensor}></mr-devices-meter></section>
      </div>
      ${this.undoDialog()}
    </div>`;
  }
}
