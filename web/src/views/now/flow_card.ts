// The flow at this moment, the use under way and the last hour as a line that moves.
import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { api, said, type Sensor } from '../../api/client';
import '../../charts/chart';
import { flowPlan } from '../../charts/flow_plan';
import { kTraceS } from '../../live/flow_trace';
import { type RunningUse, runningUse, volumeSoFar } from '../../live/running_use';
import { traceOf } from '../../live/traces';
import { HouseElement } from '../../parts/element';
import { common } from '../../parts/styles';
import { t } from '../../texts';
import { flow, flowWithUnit, unitName, volumeWithUnit } from '../../words/numbers';
import { ago, span } from '../../words/times';
import { flowOf } from '../../words/units';

const kTickMs = 1000;
const kAskUseEveryMs = 10_000;
// The flow is told before the use that it begins is on disk.
const kAskForNewUseEveryMs = 1_500;

@customElement('mr-now-flow')
export class FlowCard extends HouseElement {
  static override styles = [
    common,
    css`
      .card { display: grid; gap: 0.5rem 2rem; grid-template-columns: minmax(0, 1fr); }
      .card > * + * { margin-top: 0; }
      @media (min-width: 46rem) { .card { grid-template-columns: minmax(15rem, 1fr) 2.4fr; align-items: center; } }
      .state { display: flex; align-items: center; gap: 0.5rem; margin-top: 0.4rem; font-weight: 500; }
      .dot { width: 0.7rem; height: 0.7rem; border-radius: 50%; background: var(--line); flex: none; }
      .runs .dot { background: var(--water); }
      .runs .big { color: var(--water); }
      @media (prefers-reduced-motion: no-preference) { .runs .dot { animation: breathe 0.9s ease-in-out infinite alternate; } }
      mr-chart { --chart-height: 170px; }
    `,
  ];

  @property({ attribute: false }) sensor!: Sensor;
  private use: RunningUse | null = null;
  private askedUse = 0;
  private tick = 0;
  private seededFor = ''; // the sensor, and the unit

  override connectedCallback(): void {
    super.connectedCallback();
    this.tick = window.setInterval(() => this.requestUpdate(), kTickMs);
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.tick);
  }

  // The hour before the page was opened, from the history's minutes.
  private async seed(flowUnit: string): Promise<void> {
    const now = this.house.now();
    const query = { bucket: 'minute' as const, from: new Date(now - kTraceS * 1000).toISOString(), to: new Date(now).toISOString() };
    try {
      const usage = await said(api.GET('/api/v1/sensors/{uuid}/usage', { params: { path: { uuid: this.sensor.uuid }, query } }));
      if (flowUnit !== this.house.devices?.flow_unit) return;
      traceOf(this.sensor.uuid).seed(
        usage.items.map((minute) => ({ start: Date.parse(minute.start) / 1000, flow: flowOf(minute.volume, 60, usage.unit, flowUnit) })),
      );
      this.requestUpdate();
    } catch {
      // The line then begins with this moment.
    }
  }

  protected override willUpdate(): void {
    const flowUnit = this.flowUnit;
    const seedFor = `${this.sensor.uuid} ${flowUnit}`;
    if (seedFor !== this.seededFor) void this.seed(flowUnit);
    this.seededFor = seedFor;
    if (this.sensor.running !== true) {
      this.use = null;
      this.askedUse = 0;
    } else if (Date.now() - this.askedUse > (this.use === null ? kAskForNewUseEveryMs : kAskUseEveryMs)) {
      this.askedUse = Date.now();
      void this.askUse();
    }
  }

  private async askUse(): Promise<void> {
    const now = this.house.now();
    const query = { from: new Date(now - 60_000).toISOString(), limit: 1 };
    try {
      const uses = await said(api.GET('/api/v1/sensors/{uuid}/uses', { params: { path: { uuid: this.sensor.uuid }, query } }));
      this.use = runningUse(uses.open, this.house.sensor(this.sensor.uuid) ?? this.sensor);
      this.requestUpdate();
    } catch {
      // Asked again soon.
    }
  }

  private get deaf(): boolean {
    return this.house.devices?.bridges.find((bridge) => bridge.uuid === this.sensor.bridge)?.connected === false;
  }

  private state(): string {
    const { sensor } = this;
    const now = this.house.now();
    if (this.deaf) return t.now.notKnownDeaf;
    if (sensor.running === null) return t.now.notKnownSealed;
    if (sensor.estimated) return sensor.running ? t.now.seemsRunning : t.now.seemsStill;
    if (!sensor.running) return sensor.last_reading === null ? t.now.still : t.now.lastUsed(ago(sensor.last_reading, now));
    return this.use === null ? t.now.running : t.now.runningFor(span((now - Date.parse(this.use.start)) / 1000));
  }

  protected override render() {
    const { sensor } = this;
    const units = this.house.devices!;
    const runs = sensor.running === true && !this.deaf;
    const shown = this.deaf ? null : sensor.flow;
    const now = this.house.now() / 1000;
    const approx = !sensor.calibrated && (shown ?? 0) > 0 ? '≈\u202f' : '';
    const points = traceOf(sensor.uuid).points(now - kTraceS, now);
    return html`<section class="card ${runs ? 'runs' : ''}">
      <div>
        <h2 class="quiet">${t.now.flow}</h2>
        <p class="big" data-part="flow">${approx}${flow(shown)} <span class="unit">${unitName(units.flow_unit)}</span></p>
        <p class="state" data-part="state"><span class="dot" aria-hidden="true"></span>${this.state()}</p>
        ${runs && this.use !== null ? html`<p class="middle" data-part="so-far">${approx}${t.now.soFar(volumeWithUnit(volumeSoFar(this.use, sensor), units.unit))}</p>` : nothing}
      </div>
      <mr-chart
        label=${t.now.flowChart(flowWithUnit(shown, units.flow_unit))}
        .plan=${flowPlan(points, units.flow_unit, units.time_zone, now - kTraceS, now)}
      ></mr-chart>
    </section>`;
  }
}
