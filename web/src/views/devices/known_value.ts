// Enters what a turn of the magnet is known to be worth.  Event: `calibrated`.
import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { api, said, type Schemas } from '../../api/client';
import { HouseElement } from '../../parts/element';
import { chosenFrom, holdsFor, holdsForStyles } from '../../parts/holds_for';
import { change, perTurn } from '../../parts/per_turn';
import { problemNotice, problemText } from '../../parts/problem';
import { common } from '../../parts/styles';
import { whyNot } from '../../parts/rights';
import { t } from '../../texts';
import { isMetric } from '../../words/units';

type Found = Schemas['EnteredCalibration'];

@customElement('mr-devices-known-value')
export class KnownValue extends HouseElement {
  static override styles = [common, holdsForStyles, css`:host > * + *, form > * + * { margin-top: 0.8rem; } input[type='number'] { width: 9rem; }`];
  @property() sensor = '';
  @state() private found: Found | null = null; // what a dry run has made of it
  @state() private kept: Found | null = null;
  @state() private problem: string | null = null;
  @state() private busy = false;

  private async submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const keep = event.submitter?.getAttribute('value') === 'keep';
    const data = new FormData(form);
    const value = Number(data.get('value'));
    const worth = data.get('unit') === 'gal' ? { volume_per_peak_gal: value } : { volume_per_peak_ml: value };
    const body = { method: 'entered', dry_run: !keep, from: chosenFrom(form, this.house.now()), ...worth } as Schemas['EnteredCalibrationRequest'];
    this.busy = true;
    try {
      const answer = (await said(api.POST('/api/v1/sensors/{uuid}/calibration', { params: { path: { uuid: this.sensor } }, body }))) as Found;
      this.problem = null;
      this.found = keep ? null : answer;
      this.kept = keep ? answer : null;
      if (keep) this.dispatchEvent(new CustomEvent('calibrated', { detail: { number: answer.number }, bubbles: true, composed: true }));
    } catch (error) {
      this.problem = problemText(error);
    }
    this.busy = false;
  }

  private readonly typed = () => {
    this.found = null;
  };

  protected override render() {
    const text = t.devices.calibration;
    const why = whyNot('admin');
    const inGallons = !isMetric(this.unit);
    return html`<p>${text.knownHint}</p>
      <form @submit=${this.submit} @input=${this.typed}>
        <div class="row">
          <div class="field"><label for="value">${text.worth}</label>
            <input id="value" name="value" type="number" inputmode="decimal" min="0.00003" step="any" required ?disabled=${why !== ''} /></div>
          <div class="field"><label for="unit">${t.calibration.unit}</label>
            <select id="unit" name="unit" ?disabled=${why !== ''}>
              <option value="ml" ?selected=${!inGallons}>${text.unitMl}</option>
              <option value="gal" ?selected=${inGallons}>${t.calibration.units['gal']}</option>
            </select></div>
        </div>
        ${holdsFor()}
        <div role="status">
          ${this.found === null ? nothing : html`<p class="notice"><strong>${t.calibration.perTurn(perTurn(this.found.volume_per_peak_ml, this.unit))}</strong>: ${change(this.found.change_percent)}.</p>`}
          ${this.kept === null ? nothing : html`<p class="good">${t.calibration.kept(perTurn(this.kept.volume_per_peak_ml, this.unit))}</p>`}
        </div>
        ${problemNotice(this.problem)}
        ${why === '' ? nothing : html`<p class="quiet">${why}</p>`}
        <div class="row">
          <button value="check" class=${this.found === null ? 'primary' : ''} ?disabled=${this.busy || why !== ''}>${text.check}</button>
          ${this.found === null ? nothing : html`<button value="keep" class="primary" ?disabled=${this.busy}>${t.calibration.keep}</button>`}
        </div>
      </form>`;
  }
}
