// Readings of the utility's meter, how well they agree with what was counted, and the calibration that follows from
// them.  Event: `calibrated`.
import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { api, said, type Schemas } from '../../api/client';
import { Asked } from '../../parts/asked';
import { HouseElement } from '../../parts/element';
import { chosenFrom, holdsFor, holdsForStyles } from '../../parts/holds_for';
import { change, millilitres, perTurn } from '../../parts/per_turn';
import { problemNotice, problemText } from '../../parts/problem';
import { common } from '../../parts/styles';
import { whyNot } from '../../parts/rights';
import { t } from '../../texts';
import { number, unitName, volumeWithUnit } from '../../words/numbers';
import { when } from '../../words/times';
import { timeTyped, typedTime } from '../../words/zones';

type Unit = Schemas['VolumeUnit'];
type Reading = Schemas['MeterReading'];
type Fit = Schemas['MeterFit'];
type Found = Schemas['FittedCalibration'];

// What dials of meters count in, where the site's unit is the one before.
const kOfMeters: Record<Unit, Unit> = { L: 'm3', m3: 'm3', gal: 'gal', ft3: 'ft3', ccf: 'ccf' };
const kUnits = ['m3', 'L', 'gal', 'ft3', 'ccf'] as const;

@customElement('mr-devices-meter')
export class MeterReadings extends HouseElement {
  static override styles = [
    common,
    holdsForStyles,
    css`
      :host > * + *, form > * + * { margin-top: 0.8rem; }
      .two { display: grid; gap: 1rem 2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); align-items: start; }
      .two > * > * + * { margin-top: 0.8rem; }
      input[type='number'] { width: 11rem; }
      th, td { vertical-align: middle; }
      thead th { white-space: normal; }
      td button { min-width: 2.5rem; padding: 0; font-size: 1.2rem; }
      @media (max-width: 36rem) { .turns { display: none; } th, td { padding-inline: 0.25rem; } }
      tbody th { white-space: normal; color: var(--text); font-size: 1rem; font-weight: 500; }
      h4 { margin: 0; font-size: 0.95rem; }
    `,
  ];
  @property() sensor = '';
  @state() private chosenUnit: Unit | null = null;
  @state() private problem: string | null = null;
  @state() private done = '';
  @state() private busy = false;
  private readonly readings = new Asked(this, () =>
    said(api.GET('/api/v1/sensors/{uuid}/meter-readings', { params: { path: { uuid: this.sensor }, query: { unit: this.meterUnit } } })),
  );

  private get meterUnit(): Unit {
    return this.chosenUnit ?? kOfMeters[this.unit];
  }
  protected override willUpdate(): void {
    if (this.sensor !== '' && this.house.devices !== null) this.readings.ask(`${this.sensor} ${this.meterUnit}`);
  }

  private async change(work: () => Promise<unknown>, done: string): Promise<boolean> {
    this.busy = true;
    this.done = '';
    try {
      await work();
      this.problem = null;
      this.done = done;
    } catch (error) {
      this.problem = problemText(error);
    }
    this.busy = false;
    if (this.problem !== null) return false;
    await this.readings.again();
    return true;
  }

  private async add(event: Event): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const data = new FormData(form);
    const time = timeTyped(String(data.get('time')), this.zone);
    if (time === null) return;
    // Typed to the minute, now may lie a little ahead.
    const body = { time: new Date(Math.min(time, this.house.now())).toISOString(), volume: Number(data.get('volume')), unit: this.meterUnit };
    const path = { uuid: this.sensor };
    const kept = await this.change(
      () => said(api.POST('/api/v1/sensors/{uuid}/meter-readings', { params: { path }, body })),
      t.devices.meter.added,
    );
    if (kept) form.querySelector<HTMLInputElement>('#volume')!.value = '';
  }

  private takeBack(reading: Reading): void {
    const path = { uuid: this.sensor, time: reading.time };
    void this.change(
      // An empty answer is no problem.
      () => said(api.DELETE('/api/v1/sensors/{uuid}/meter-readings/{time}', { params: { path } }) as Promise<{ response: Response; error?: unknown }>),
      t.devices.meter.removed,
    ).then(() => this.renderRoot.querySelector<HTMLElement>('#volume')?.focus());
  }

  private keep(event: Event): void {
    event.preventDefault();
    const from = chosenFrom(event.target as HTMLFormElement, this.house.now());
    const body = { method: 'meter_readings' as const, dry_run: false, from };
    void this.change(async () => {
      const kept = (await said(api.POST('/api/v1/sensors/{uuid}/calibration', { params: { path: { uuid: this.sensor } }, body }))) as Found;
      this.dispatchEvent(new CustomEvent('calibrated', { detail: { number: kept.number }, bubbles: true, composed: true }));
    }, t.shell.saved);
  }

  private row = (reading: Reading) => {
    const text = t.devices.meter;
    const why = whyNot('admin');
    const at = when(reading.time, this.house.now(), this.zone);
    return html`<tr>
      <th scope="row">${at}${reading.stands_out ? html` <span class="pill warn">${text.standsOut}</span>` : nothing}</th>
      <td class="number">${number(reading.volume, 3)}\u202f${unitName(this.meterUnit)}</td>
      <td class="number turns">${reading.peaks_since_previous === null ? '–' : number(reading.peaks_since_previous, 0)}</td>
      <td class="number">${reading.residual === null ? '–' : `${reading.residual > 0 ? '+' : ''}${number(reading.residual, 3)}`}</td>
      <td><button class="danger plain" aria-label=${text.removeOf(at)} ?disabled=${this.busy || why !== ''} title=${why || text.remove} @click=${() => this.takeBack(reading)}>×</button></td>
    </tr>`;
  };

  private fitted(fit: Fit) {
    const text = t.devices.meter;
    const why = whyNot('admin');
    const present = this.house.sensor(this.sensor)?.volume_per_peak_ml;
    return html`<form @submit=${this.keep}>
      <h4>${text.fit}</h4>
      <p><span class="middle">${perTurn(fit.volume_per_peak_ml, this.unit)}</span>
        ${present === undefined ? nothing : html`<span class="quiet">${change((fit.volume_per_peak_ml / present - 1) * 100)}</span>`}</p>
      <p class="small quiet">${fit.standard_error_ml === null ? text.errorUnknown : text.error(millilitres(fit.standard_error_ml))}
        ${text.residual(volumeWithUnit(fit.rms_residual, this.meterUnit))}</p>
      ${fit.standing_out.length === 0 ? nothing : html`<p class="notice warn">${text.standingOut}</p>`}
      ${holdsFor()}
      <button class="primary" ?disabled=${this.busy || why !== ''} title=${why}>${t.calibration.keep}</button>
    </form>`;
  }

  private addForm() {
    const text = t.devices.meter;
    const why = whyNot('admin');
    const now = typedTime(this.house.now(), this.zone);
    return html`<form @submit=${this.add}>
      <h4>${text.add}</h4>
      <div class="row">
        <div class="field"><label for="time">${text.time}</label>
          <input id="time" name="time" type="datetime-local" .defaultValue=${now} max=${now} required ?disabled=${why !== ''} /></div>
        <div class="field"><label for="volume">${text.shows}</label>
          <input id="volume" name="volume" type="number" inputmode="decimal" min="0" step="any" required ?disabled=${why !== ''} /></div>
        <div class="field"><label for="unit">${t.calibration.unit}</label>
          <select id="unit" @change=${(event: Event) => (this.chosenUnit = (event.target as HTMLSelectElement).value as Unit)}>
            ${kUnits.map((unit) => html`<option value=${unit} ?selected=${unit === this.meterUnit}>${t.calibration.units[unit]}</option>`)}
          </select></div>
      </div>
      <p class="small quiet">${text.timeHint}</p>
      ${why === '' ? nothing : html`<p class="quiet">${why}</p>`}
      ${problemNotice(this.problem)}
      <div class="row"><button class="primary" ?disabled=${this.busy || why !== ''}>${text.addButton}</button><span role="status" class="good">${this.done}</span></div>
    </form>`;
  }

  protected override render() {
    const text = t.devices.meter;
    return html`<p>${text.hint}</p>
      ${this.readings.show(
        (answer) => html`<div class="two">
            ${this.addForm()}
            ${answer.fit === null
              ? html`<div><h4>${text.fit}</h4><p class="quiet">${answer.items.length < 2 ? text.twoNeeded : (answer.fit_problem ?? '')}</p></div>`
              : this.fitted(answer.fit)}
          </div>
          ${answer.items.length === 0
            ? nothing
            : html`<div class="scroll" tabindex="0" role="region" aria-label=${text.list}><table data-part="meter-readings">
                <thead><tr><th scope="col">${text.time}</th><th scope="col" class="number">${text.shows}</th>
                  <th scope="col" class="number turns">${text.turns}</th><th scope="col" class="number">${text.off}</th><th scope="col"><span class="sr">${text.remove}</span></th></tr></thead>
                <tbody>${[...answer.items].reverse().map(this.row)}</tbody>
              </table></div>`}`,
      )}`;
  }
}
