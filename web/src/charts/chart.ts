// One chart, drawn by uPlot on a canvas at the size it is shown at, in the colours of the theme.
//
//   <mr-chart .plan=${barsPlan(…)} label="Water by the hour, 812 L in all"></mr-chart>
//
// A plan is a value made by one of the files beside this one. A canvas says nothing to a screen reader, so `label`
// does, in a sentence, and the view that shows a chart shows its figures as a table too.
//
// Events: `chart-pick` {detail: {index}} when a point is clicked or chosen with the keyboard (arrows, Enter);
// `chart-range` {detail: {from, to} | null} in Unix seconds when somebody zooms, null for all of it.
import { css, html, LitElement, type PropertyValues, unsafeCSS } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import uPlot from 'uplot';
import plotStyle from 'uplot/dist/uPlot.min.css?inline';

export interface Look {
  colour: (name: string) => string; // of a custom property, such as '--water'
  width: number; // CSS pixels
  height: number;
}

export interface Plan {
  data: uPlot.AlignedData; // x in Unix seconds
  options: (look: Look) => Omit<uPlot.Options, 'width' | 'height'>;
  // What the pointer or the arrow keys stand at, in words.
  describe: (index: number) => string;
  // Two plans of the same shape only differ in data, and the chart keeps its zoom.
  shape: string;
}

@customElement('mr-chart')
export class Chart extends LitElement {
  static override styles = [
    unsafeCSS(plotStyle),
    css`
      :host { display: block; position: relative; }
      .plot { height: var(--chart-height, 220px); outline-offset: 3px; border-radius: 6px; }
      .plot:focus-visible { outline: 2px solid var(--water); }
      .u-over { cursor: crosshair; touch-action: pan-y; }
      .u-select { background: color-mix(in srgb, var(--water) 18%, transparent); }
      .u-cursor-x { border-color: var(--quiet) !important; }
      .said { min-height: 1.4em; margin: 0.2rem 0 0; color: var(--quiet); font-size: 0.875rem; font-variant-numeric: tabular-nums; }
    `,
  ];

  @property({ attribute: false }) plan: Plan | null = null;
  @property() label = '';
  @property({ type: Boolean }) zoomable = false;
  @state() private pointed = '';

  private plot: uPlot | null = null;
  private drawnShape = '';
  private at: number | null = null;
  private readonly sizes = new ResizeObserver(() => this.fit());
  private readonly themes = () => this.draw(true);
  private readonly dark = matchMedia('(prefers-color-scheme: dark)');

  override connectedCallback(): void {
    super.connectedCallback();
    this.sizes.observe(this);
    this.dark.addEventListener('change', this.themes);
    window.addEventListener('millrace-theme', this.themes);
    this.draw(true);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.sizes.disconnect();
    this.dark.removeEventListener('change', this.themes);
    window.removeEventListener('millrace-theme', this.themes);
    this.plot?.destroy();
    this.plot = null;
  }

  // All of it again, after a zoom.
  zoomOut(): void {
    if (this.plot === null || this.plan === null) return;
    this.plot.setData(this.plan.data);
    this.tell('chart-range', null);
  }

  protected override render() {
    return html`
      <div class="plot" role="img" tabindex="0" aria-label=${this.label} @keydown=${this.key}></div>
      <p class="said" aria-live=${this.at === null ? 'off' : 'polite'}>${this.pointed}</p>
    `;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('plan')) this.draw(false);
  }

  private get box(): HTMLElement | null {
    return this.renderRoot.querySelector?.('.plot') ?? null;
  }

  private draw(anew: boolean): void {
    const box = this.box;
    if (box === null || this.plan === null || box.clientWidth === 0) return;
    if (!anew && this.plot !== null && this.drawnShape === this.plan.shape) {
      const { min, max } = this.plot.scales['x'] ?? {};
      const all = this.plot.data[0];
      const zoomed = min != null && max != null && (min > (all[0] ?? min) || max < (all.at(-1) ?? max));
      this.plot.setData(this.plan.data, !zoomed);
      if (zoomed) this.plot.redraw();
      return;
    }
    this.plot?.destroy();
    const style = getComputedStyle(this);
    const look: Look = {
      colour: (name) => style.getPropertyValue(name).trim(),
      width: box.clientWidth,
      height: box.clientHeight,
    };
    const options = this.plan.options(look);
    this.plot = new uPlot(
      {
        ...options,
        width: look.width,
        height: look.height,
        legend: { show: false },
        cursor: {
          points: { show: false },
          ...options.cursor,
          drag: { x: this.zoomable, y: false, setScale: this.zoomable },
          bind: { dblclick: (_plot, _target, handler) => (this.zoomable ? (event) => this.back(event, handler) : () => null) },
        },
        hooks: {
          ...options.hooks,
          setCursor: [(plot) => this.point(plot.cursor.idx ?? null)],
          setSelect: [(plot) => this.selected(plot)],
        },
      },
      this.plan.data,
      box,
    );
    this.plot.over.addEventListener('click', () => {
      const index = this.plot?.cursor.idx;
      if (index != null) this.tell('chart-pick', { index });
    });
    this.drawnShape = this.plan.shape;
  }

  private back(event: MouseEvent, handler: (event: MouseEvent) => void): null {
    handler(event);
    this.tell('chart-range', null);
    return null;
  }

  private selected(plot: uPlot): void {
    if (!this.zoomable || plot.select.width < 5) return;
    const from = plot.posToVal(plot.select.left, 'x');
    const to = plot.posToVal(plot.select.left + plot.select.width, 'x');
    this.tell('chart-range', { from, to });
  }

  private fit(): void {
    const box = this.box;
    if (box === null || box.clientWidth === 0) return;
    if (this.plot === null) this.draw(true);
    else if (box.clientWidth !== this.plot.width || box.clientHeight !== this.plot.height) {
      this.plot.setSize({ width: box.clientWidth, height: box.clientHeight });
    }
  }

  private point(index: number | null): void {
    this.pointed = index === null || this.plan === null ? '' : this.plan.describe(index);
  }

  // Arrow keys walk from point to point, as the pointer does.
  private key(event: KeyboardEvent): void {
    const length = this.plan?.data[0].length ?? 0;
    if (length === 0 || this.plot === null) return;
    const last = length - 1;
    const from = this.at ?? last + 1;
    const next = { ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: last }[event.key];
    if (event.key === 'Enter' && this.at !== null) this.tell('chart-pick', { index: this.at });
    if (event.key === 'Escape') this.zoomOut();
    if (next === undefined) return;
    event.preventDefault();
    this.at = Math.min(last, Math.max(0, next));
    const x = this.plan?.data[0][this.at] ?? 0;
    this.plot.setCursor({ left: this.plot.valToPos(x, 'x'), top: 0 });
    this.point(this.at);
  }

  private tell(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'mr-chart': Chart;
  }
}
