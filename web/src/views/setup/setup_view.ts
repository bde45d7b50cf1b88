// From nothing to water: what works already and what is still missing, ticked off while one watches.
import { css, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { api, said } from '../../api/client';
import { house } from '../../live/house';
import { remember, remembered } from '../../live/memory';
import { Asked } from '../../parts/asked';
import { View } from '../../parts/element';
import { common } from '../../parts/styles';
import { href } from '../../shell/route';
import { setupTexts, speakOfSetup } from '../../texts/setup';
import './findings';
import { kOfTheWhole } from './check_steps';
import { CheckControl } from './checks';
import './step_contents';
import { current, done, type Setup, type Step, type StepId, steps } from './steps';

// Before anything of this view is drawn.
await speakOfSetup();

const kLookEveryMs = 2_000;
const kReceived = 'notice-received';

@customElement('mr-setup')
export class SetupView extends View {
  static override styles = [
    common,
    css`
      :host { max-width: 60rem; }
      .bar { height: 0.6rem; border-radius: 99px; background: var(--raised); overflow: hidden; display: grid; grid-template-columns: repeat(8, 1fr); gap: 2px; }
      .bar span.done { background: var(--good); }
      ol { display: grid; gap: 0.7rem; }
      li.card { padding: 0; overflow: clip; }
      li > * + * { margin: 0 !important; }
      h3 { margin: 0; }
      h3 button { width: 100%; justify-content: flex-start; gap: 0.8rem; border: none; border-radius: 0; padding: 0.8rem 1rem; background: none; text-align: start; font-size: 1.02rem; font-weight: 600; }
      h3 button:hover { background: var(--raised); }
      h3 .name { flex: 1; }
      .mark { flex: none; width: 1.9rem; height: 1.9rem; border-radius: 50%; display: grid; place-items: center; background: var(--raised); color: var(--quiet); font-size: 0.95rem; }
      .done .mark { background: var(--good); color: var(--card); }
      .now .mark { background: var(--water); color: var(--on-water); }
      .trouble .mark { background: var(--bad); color: var(--card); }
      .pill { font-weight: 500; }
      .inside { padding: 0.2rem 1rem 1.1rem 3.7rem; }
      @media (max-width: 40rem) { .inside { padding-inline-start: 1rem; } h3 .pill { display: none; } }
    `,
  ];

  // What somebody opened or closed; else the step to be done next is open.
  @state() private opened = new Map<StepId, boolean>();
  @state() private received = remembered(kReceived) !== null;
  private readonly setup = new Asked<Setup>(this, () => said(api.GET('/api/v1/setup')), kLookEveryMs);

  private readonly checks = new CheckControl(this);

  protected override willUpdate(): void {
    this.setup.ask('setup');
    if (house.mayAdminister) this.checks.look();
  }

  private toggle(step: StepId, open: boolean): void {
    this.opened = new Map(this.opened).set(step, open);
  }

  private answered(event: CustomEvent<boolean>): void {
    this.received = event.detail;
    remember(kReceived, event.detail ? 'yes' : null);
  }

  private step(step: Step, index: number, setup: Setup, next: StepId | null) {
    const text = setupTexts;
    const open = this.opened.get(step.id) ?? step.id === next;
    const tone = { done: 'good', trouble: 'bad', now: '', later: '' }[step.state];
    const state = !step.needed && step.state === 'now' ? text.states.optional : text.states[step.state];
    return html`<li class="card ${step.state}" data-step=${step.id} data-state=${step.state}>
      <h3>
        <button aria-expanded=${open ? 'true' : 'false'} aria-controls=${step.id} @click=${() => this.toggle(step.id, !open)}>
          <span class="mark" aria-hidden="true">${step.state === 'done' ? '✓' : step.state === 'trouble' ? '!' : index + 1}</span>
          <span class="name">${text.steps[step.id]}</span>
          <span class="pill ${tone}">${state}</span>
        </button>
      </h3>
      <div id=${step.id} class="inside" ?hidden=${!open}>
        ${open ? html`<mr-setup-step .step=${step.id} .setup=${setup} .received=${this.received} .checks=${this.checks.state} @check=${this.check} @received=${this.answered} @changed=${() => void this.setup.again()}></mr-setup-step>` : nothing}
      </div>
    </li>`;
  }

  private readonly check = () => void this.checks.run();

  private content(setup: Setup) {
    const text = setupTexts;
    const all = steps(setup, this.received);
    const next = current(all);
    const ready = done(all);
    return html`
      <section class="card">
        <div class="row apart">
          <p role="status" data-part="progress">${ready === all.length ? text.allDone : text.progress(ready, all.length)}</p>
          ${all.slice(0, 4).every((step) => step.state === 'done') ? html`<a class="button" href=${href('now')}>${text.toNow}</a>` : nothing}
        </div>
        <div class="bar" aria-hidden="true">${all.map((step) => html`<span class=${step.state}></span>`)}</div>
        <p class="quiet small">${text.watching}</p>
        <mr-setup-findings .ids=${kOfTheWhole} .checks=${this.checks.state} .now=${setup.time} @check=${this.check}></mr-setup-findings>
      </section>
      <ol>${all.map((step, index) => this.step(step, index, setup, next))}</ol>
      <p class="quiet">${text.pucks} <a href=${href('devices', ['bluetooth'])}>${text.toPucks}</a></p>
    `;
  }

  protected override render() {
    return html`<div class="stack">
      <h2>${setupTexts.title}</h2>
      ${this.setup.show((setup) => this.content(setup))}
    </div>`;
  }
}
