// One chart, drawn by uPlot on a canvas at the size it is shown at, in the colours of the theme.
//
//   <mr-chart .plan=${barsPlan(…)} label="Water by the hour, 812 L in all"></mr-chart>
//
// What stands inside the element, such as a key to colours, is shown below the chart.
//
// A plan is a value made by one of the files beside this one: barsPlan, stackedPlan, flowPlan, limitPlan, heatPlan. A
// canvas says nothing to a screen reader, so `label` does, in a sentence, and the view that shows a chart shows its
// figures as a table too.
//
// Events: `chart-pick` {detail: {index, moment}} when a point is clicked or chosen with the keyboard (arrows, Enter);
// `chart-range` {detail: {from, to} | null} in Unix seconds when somebody has zoomed or panned (mouse, two fingers,
// + and -, the buttons), null for all of it. A view that has finer data gives a plan of that window.
import { html, LitElement, nothing, type PropertyValues, unsafeCSS } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import uPlot from 'uplot';
import plotStyle from 'uplot/dist/uPlot.min.css?inline';
import { common } from '../parts/styles';
import { styled } from '../parts/styled';
import { t } from '../texts';
import { indexAt } from './bars';
import { style } from './style';
import { touchZoom } from './touch_zoom';
import { held, scaledBy } from './window';

export interface Look {
  colour: (name: string) => string; // of a custom property, such as '--water'
  width: number; // CSS pixels
  height: number;
}

export interface Plan {
  data: uPlot.AlignedData; // x in Unix seconds: where each value begins
  options: (look: Look) => Omit<uPlot.Options, 'width' | 'height'>;
  // What the pointer or the arrow keys stand at, in words; several lines, if need be. `height` is the pointer's place
  // on the upward axis, null with the keyboard.
  describe: (index: number, height: number | null) => string;
  // Two plans of the same shape only differ in data, and the chart keeps its zoom.
  shape: string;
  nearest?: boolean; // its values are of moments, not of the time until the next one
  window?: [number, number]; // what it shows at first, in Unix seconds; else where its data reaches
  whole?: [number, number]; // what can be zoomed out to
}

const kDoubleClickMs = 280;

@customElement('mr-chart')
export class Chart extends LitElement {
  static override styles = [unsafeCSS(plotStyle), common, style];

  @property({ attribute: false }) plan: Plan | null = null;
  @property() label = '';
  @property({ type: Boolean }) zoomable = false;
  @property({ type: Boolean }) plain = false; // zoomable without buttons of its own, below a chart that has them
  @state() private pointed = '';
  @state() private tipAt = 0; // CSS pixels from the left of the plot
  @state() private zoom: [number, number] | null = null; // shown instead of the plan's window

  // How long the last drawing of a plan took, in milliseconds, for those who measure.
  drawnIn = 0;

  private plot: uPlot | null = null;
  private drawnShape = '';
  private began: number | null = null; // when the drawing under way was
  private at: number | null = null;
  private pickTimer = 0;
  private readonly sizes = new ResizeObserver(() => this.fit());
  private readonly themes = () => this.draw(true);

  override connectedCallback(): void {
    super.connectedCallback();
    this.sizes.observe(this);
    window.addEventListener('millrace-theme', this.themes);
    this.draw(true);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.sizes.disconnect();
    window.removeEventListener('millrace-theme', this.themes);
    clearTimeout(this.pickTimer);
    this.plot?.destroy();
    this.plot = null;
  }

  // All of it again, after a zoom.
  zoomOut(): void {
    clearTimeout(this.pickTimer);
    this.zoom = null;
    if (this.plot !== null && this.plan !== null) this.plot.setData(this.plan.data);
    this.tell('chart-range', null);
  }

  // Factor 0.5: half the time is shown.
  zoomBy(factor: number): void {
    this.show(scaledBy(this.shown, factor));
    this.settle();
  }

  protected override render() {
    return html`
      <div class="plot" role="img" tabindex="0" aria-label=${this.label} @keydown=${this.key}>
        ${this.pointed === ''
          ? nothing
          : html`<div class="tip" aria-hidden="true" ${styled({ left: `${this.tipAt}px`, translate: this.tipAside })}>${this.pointed}</div>`}
      </div>
      <p class="sr" aria-live=${this.at === null ? 'off' : 'polite'}>${this.at === null ? '' : this.pointed}</p>
      ${this.zoomable && !this.plain ? this.zoomButtons() : html`<slot></slot>`}
    `;
  }

  private zoomButtons() {
    const all = !this.zoomed;
    return html`<div class="row zoom" role="group" aria-label=${t.charts.zoom}>
      <div class="keys"><slot></slot></div>
      <div class="row buttons">
        <button @click=${() => this.zoomOut()} ?hidden=${all} data-part="whole">${t.charts.zoomOut}</button>
        <button @click=${() => this.zoomBy(2)} ?disabled=${all} aria-label=${t.charts.zoomLess} title=${t.charts.zoomLess}>−</button>
        <button @click=${() => this.zoomBy(0.5)} aria-label=${t.charts.zoomMore} title=${t.charts.zoomHint}>+</button>
      </div>
    </div>`;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('plan')) this.draw(false);
  }

  private get box(): HTMLElement | null {
    return this.renderRoot.querySelector?.('.plot') ?? null;
  }
  private get whole(): [number, number] {
    const times = this.plan?.data[0] ?? [];
    return this.plan?.whole ?? this.plan?.window ?? [times[0] ?? 0, times[times.length - 1] ?? 1];
  }
  private get shown(): [number, number] {
    return this.zoom ?? this.plan?.window ?? this.whole;
  }
  private get zoomed(): boolean {
    const [from, to] = this.shown;
    const whole = this.whole;
    return from > whole[0] || to < whole[1];
  }
  // Right of the pointer on the left half, left of it on the right half, so that it hides little.
  private get tipAside(): string {
    return this.tipAt > (this.box?.clientWidth ?? 0) / 2 ? 'calc(-100% - 12px) 0' : '12px 0';
  }

  private draw(anew: boolean): void {
    const box = this.box;
    if (box === null || this.plan === null || box.clientWidth === 0) return;
    this.began = performance.now();
    if (!anew && this.plot !== null && this.drawnShape === this.plan.shape) {
      this.plot.setData(this.plan.data, this.zoom === null);
      if (this.zoom !== null) this.plot.redraw();
    } else {
      if (this.drawnShape !== this.plan.shape) this.zoom = null;
      this.build(box, this.plan);
    }
  }

  // uPlot paints after the task that gave it its data, so this is where a drawing ends. Other paintings, as after a change of
  // size, are not a plan's.
  private painted(): void {
    if (this.began === null) return;
    this.drawnIn = performance.now() - this.began;
    this.began = null;
  }

  private build(box: HTMLElement, plan: Plan): void {
    this.plot?.destroy();
    this.pointed = '';
    const style = getComputedStyle(this);
    const look: Look = {
      colour: (name) => style.getPropertyValue(name).trim(),
      width: box.clientWidth,
      height: box.clientHeight,
    };
    const options = plan.options(look);
    const touch = touchZoom({ shown: () => this.shown, show: (from, to) => this.show([from, to]), settle: () => this.settle() });
    this.plot = new uPlot(
      {
        ...options,
        width: look.width,
        height: look.height,
        legend: { show: false },
        plugins: [...(options.plugins ?? []), ...(this.zoomable ? [touch] : [])],
        cursor: {
          points: { show: false },
          y: false,
          ...options.cursor,
          drag: { x: this.zoomable, y: false, setScale: false },
          bind: { dblclick: () => (this.zoomable ? () => (this.zoomOut(), null) : () => null) },
        },
        hooks: {
          ...options.hooks,
          draw: [...(options.hooks?.draw ?? []), () => this.painted()],
          setCursor: [(plot) => this.pointer(plot)],
          setSelect: [(plot) => this.selected(plot)],
        },
      },
      plan.data,
      box,
    );
    if (this.zoom !== null) this.plot.setScale('x', { min: this.zoom[0], max: this.zoom[1] });
    this.plot.over.addEventListener('pointermove', () => (this.at = null)); // the pointer has taken over from the keys
    this.plot.over.addEventListener('click', () => {
      const { plot } = this;
      if (plot === null || (plot.cursor.left ?? -1) < 0) return;
      const moment = plot.posToVal(plot.cursor.left!, 'x');
      const index = this.indexOf(plot, moment);
      if (index === null) return;
      // A double click leaves a zoom, so its first click must not lead elsewhere.
      clearTimeout(this.pickTimer);
      this.pickTimer = window.setTimeout(() => this.tell('chart-pick', { index, moment }), this.zoomed ? kDoubleClickMs : 0);
    });
    this.drawnShape = plan.shape;
  }

  private selected(plot: uPlot): void {
    const { left, width } = plot.select;
    if (!this.zoomable || width < 5) return;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.show([plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')]);
    this.settle();
  }

  private show(wanted: [number, number]): void {
    this.zoom = held(wanted, this.whole);
    this.plot?.setScale('x', { min: this.zoom[0], max: this.zoom[1] });
  }

  private settle(): void {
    if (this.zoom === null) return;
    const [from, to] = this.zoom;
    if (!this.zoomed) this.zoomOut();
    else this.tell('chart-range', { from, to });
  }

  private fit(): void {
    const box = this.box;
    if (box === null || box.clientWidth === 0) return;
    if (this.plot === null) this.draw(true);
    else if (box.clientWidth !== this.plot.width || box.clientHeight !== this.plot.height) {
      this.plot.setSize({ width: box.clientWidth, height: box.clientHeight });
    }
  }

  private pointer(plot: uPlot): void {
    const { left = -1, top = -1 } = plot.cursor;
    if (left < 0 || this.plan === null) {
      this.pointed = '';
      this.at = null;
      return;
    }
    const index = this.at ?? this.indexOf(plot, plot.posToVal(left, 'x'));
    this.tipAt = left + plot.bbox.left / devicePixelRatio;
    this.pointed = index === null ? '' : this.plan.describe(index, this.at === null && top >= 0 ? plot.posToVal(top, 'y') : null);
  }

  private indexOf(plot: uPlot, moment: number): number | null {
    return this.plan?.nearest === true ? plot.valToIdx(moment) : indexAt(plot.data[0], moment);
  }

  // Arrow keys walk from point to point, as the pointer does.
  private key(event: KeyboardEvent): void {
    const length = this.plan?.data[0].length ?? 0;
    if (length === 0 || this.plot === null) return;
    if (this.zoomable && (event.key === '+' || event.key === '=')) this.zoomBy(0.5);
    else if (this.zoomable && event.key === '-') this.zoomBy(2);
    else if (event.key === 'Enter' && this.at !== null) this.tell('chart-pick', { index: this.at, moment: this.plan!.data[0][this.at]! });
    else if (event.key === 'Escape') this.zoomOut();
    else if (!this.walk(event.key, length - 1)) return;
    event.preventDefault();
    event.stopPropagation(); // arrows outside a chart may mean something else
  }

  private walk(key: string, last: number): boolean {
    const from = this.at ?? last + 1;
    const next = { ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: last }[key];
    if (next === undefined || this.plot === null) return false;
    this.at = Math.min(last, Math.max(0, next));
    const times = this.plan!.data[0];
    const begin = times[this.at]!;
    const end = times[this.at + 1] ?? this.plan!.window?.[1] ?? begin;
    const [low, high] = this.shown;
    if (begin < low || begin >= high) this.show([begin - (high - low) / 2, begin + (high - low) / 2]);
    const left = this.plot.valToPos(this.plan!.nearest === true ? begin : Math.min((begin + end) / 2, this.shown[1]), 'x');
    this.plot.setCursor({ left: Math.max(0, left), top: 0 });
    return true;
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
