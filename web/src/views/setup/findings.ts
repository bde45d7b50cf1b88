// What the checks say of one step, and the button that has them made again.
//
// Events: `check`, when they should be.
import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { HouseElement } from '../../parts/element';
import { whyNot } from '../../parts/rights';
import { common } from '../../parts/styles';
import { setupTexts } from '../../texts/setup';
import { ago } from '../../words/times';
import type { CheckId } from './check_steps';
import type { CheckState } from './checks';

@customElement('mr-setup-findings')
export class Findings extends HouseElement {
  static override styles = [
    common,
    css`
      ul { display: grid; gap: 0.5rem; margin-block: 0.5rem; }
      li { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); gap: 0.1rem 0.7rem; align-items: start; overflow-wrap: anywhere; }
      li p + p { grid-column: 2; }
      .pill { justify-self: start; }
      @media (max-width: 40rem) { li { grid-template-columns: minmax(0, 1fr); } li p + p { grid-column: 1; } }
    `,
  ];

  @property({ attribute: false }) ids: readonly CheckId[] = [];
  @property({ attribute: false }) checks: CheckState = { run: null, waiting: false, problem: '' };
  @property() now = '';

  private readonly again = () => this.dispatchEvent(new Event('check'));

  private list() {
    const text = setupTexts.checks;
    const found = this.checks.run?.checks.filter((check) => this.ids.includes(check.id)) ?? [];
    if (found.length === 0) return nothing;
    const tone = { ok: 'good', note: '', warning: 'warn', problem: 'bad', unknown: '' };
    return html`<ul lang="en">
      ${found.map(
        (check) => html`<li data-check=${check.id} data-state=${check.state}>
          <span class="pill ${tone[check.state]}">${text.states[check.state]}</span>
          <p>${check.summary}</p>
          ${check.remedy === null ? nothing : html`<p class="quiet small">${check.remedy}</p>`}
        </li>`,
      )}
    </ul>`;
  }

  protected override render() {
    const text = setupTexts.checks;
    const { run, waiting, problem } = this.checks;
    const forbidden = whyNot('admin');
    return html`
      ${this.list()}
      ${problem === '' ? nothing : html`<p class="notice bad" role="alert">${problem}</p>`}
      <div class="row">
        <button ?disabled=${waiting || forbidden !== ''} title=${forbidden || nothing} @click=${this.again}>
          ${waiting ? text.busy : run === null ? text.check : text.again}
        </button>
        <span class="quiet small" role="status">${run === null || waiting ? text.what : text.made(ago(run.time, this.now || run.time))}</span>
      </div>
    `;
  }
}
