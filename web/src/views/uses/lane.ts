// A day of 24 hours as a lane of blocks, one for each use. Pointing at one says it in words; a touch, or Enter after the
// arrow keys, chooses it: `lane-pick` {detail: the use}.
import type { Use } from '../../api/client';
import { css, html, LitElement, nothing, svg } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { categoryColour } from '../../parts/categories';
import { styled } from '../../parts/styled';
import { common } from '../../parts/styles';
import { formatted } from '../../words/times';
import { momentOf, wallAt } from '../../words/zones';
import { blockOf, useAt } from './sums';
import { isTold } from './told';

const kHeight = 44;
const kWidth = 1440;
const kThinnest = 1; // a flush is a hair's breadth of a day, so each has an edge of its colour
const kReach = 0.012;

@customElement('mr-uses-lane')
export class Lane extends LitElement {
  static override styles = [
    common,
    css`
      .lane { position: relative; border-radius: 6px; background: var(--raised); cursor: pointer; touch-action: pan-y; }
      svg { display: block; width: 100%; height: ${kHeight}px; }
      .hour { stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke; }
      .off { opacity: 0.22; }
      .told { fill-opacity: 0.5; } /* its edge is as clear as all others' */
      .ring { fill: none; stroke: var(--text); stroke-width: 2; vector-effect: non-scaling-stroke; }
      .use { stroke-width: 1.5px; vector-effect: non-scaling-stroke; }
      .alarmed { fill: var(--bad); stroke: var(--bad); stroke-width: 1.5px; vector-effect: non-scaling-stroke; }
      .hours { position: relative; height: 1.2rem; font-size: 0.75rem; color: var(--quiet); }
      .hours span { position: absolute; transform: translateX(-50%); white-space: nowrap; }
      .hours span:first-child { transform: none; }
      .hours span:last-child { transform: translateX(-100%); }
      .said { min-height: 1.3em; line-height: 1.3; font-size: 0.875rem; color: var(--quiet); font-variant-numeric: tabular-nums; }
      @media (max-width: 30rem) { .hours span:nth-child(even) { display: none; } }
    `,
  ];
  @property() date = '';
  @property() zone = 'UTC';
  @property({ attribute: false }) bounds: [number, number] = [0, 1];
  @property({ attribute: false }) uses: Use[] = []; // oldest first
  @property({ attribute: false }) passes: (use: Use) => boolean = () => true;
  @property({ attribute: false }) alarmed: (use: Use) => boolean = () => false;
  @property({ attribute: false }) describe: (use: Use) => string = () => '';
  @property() label = '';
  @property({ type: Number }) most = 0; // the highest flow that the lane has room for
  @property() chosen: string | null = null;
  @state() private at: number | null = null;
  @state() private byKey = false;

  private place(event: PointerEvent | MouseEvent): number | null {
    const box = this.renderRoot.querySelector('svg')!.getBoundingClientRect();
    const blocks = this.uses.map((use) => (this.passes(use) ? this.block(use) : { x: 9, width: 0, height: 0 }));
    return useAt(blocks, (event.clientX - box.left) / box.width, Math.max(kReach, 12 / box.width));
  }
  private readonly block = (use: Use) => blockOf(use, ...this.bounds, this.most);

  private point(event: PointerEvent): void {
    this.byKey = false;
    this.at = this.place(event);
  }
  private pick(index: number | null): void {
    const use = index === null ? undefined : this.uses[index];
    if (use !== undefined) this.dispatchEvent(new CustomEvent('lane-pick', { detail: use, bubbles: true, composed: true }));
  }

  private key(event: KeyboardEvent): void {
    const shown = this.uses.map((use, index) => ({ use, index })).filter(({ use }) => this.passes(use));
    if (shown.length === 0) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      return this.pick(this.at);
    }
    const now = shown.findIndex(({ index }) => index === this.at);
    const last = shown.length - 1;
    const next = { ArrowLeft: now < 0 ? last : now - 1, ArrowRight: now + 1, Home: 0, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    this.byKey = true;
    this.at = shown[Math.min(last, Math.max(0, next))]!.index;
  }

  private rect(use: Use, index: number) {
    const block = this.block(use);
    const width = Math.max(block.width * kWidth, kThinnest);
    const height = Math.round(block.height * (kHeight - 4));
    const x = Math.min(block.x * kWidth, kWidth - width);
    const chosen = use.id !== null && use.id === this.chosen;
    return svg`<rect x=${x} y=${kHeight - height} width=${width} height=${height} ${styled({ fill: categoryColour(use.category ?? null), stroke: categoryColour(use.category ?? null) })}
        class="use ${this.passes(use) ? '' : 'off'} ${isTold(use) ? 'told' : ''}"></rect>
      ${this.alarmed(use) ? svg`<rect class="alarmed" x=${x} y="0" width=${width} height="4"></rect>` : nothing}
      ${chosen || index === this.at ? svg`<rect class="ring" x=${x} y="1" width=${width} height=${kHeight - 2}></rect>` : nothing}`;
  }

  protected override render() {
    const [from, to] = this.bounds;
    const hours = [0, 3, 6, 9, 12, 15, 18, 21, 24];
    const share = (hour: number) => (momentOf(wallAt(this.date, hour * 60), this.zone) - from) / (to - from);
    const clockOf = (hour: number) => formatted(momentOf(wallAt(this.date, hour * 60), this.zone), this.zone, { hour: 'numeric' });
    const use = this.at === null ? undefined : this.uses[this.at];
    return html`<div class="lane" role="img" tabindex="0" aria-label=${this.label} @keydown=${this.key}
        @pointermove=${this.point} @pointerleave=${() => (this.at = null)} @blur=${() => (this.at = null)}
        @click=${(event: MouseEvent) => this.pick(this.place(event))}>
        <svg viewBox="0 0 ${kWidth} ${kHeight}" preserveAspectRatio="none" aria-hidden="true">
          ${hours.slice(1, -1).map((hour) => svg`<line class="hour" x1=${share(hour) * kWidth} x2=${share(hour) * kWidth} y1="0" y2=${kHeight}></line>`)}
          ${this.uses.map((one, index) => this.rect(one, index))}
        </svg>
      </div>
      <div class="hours" aria-hidden="true">
        ${hours.map((hour) => html`<span ${styled({ left: `${share(hour) * 100}%` })}>${clockOf(hour)}</span>`)}
      </div>
      <p class="said" aria-live=${this.byKey ? 'polite' : 'off'}>${use === undefined ? '' : this.describe(use)}</p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'mr-uses-lane': Lane;
  }
}
