// Today against a usual day, the last week, and the last uses of one sensor: three cards beside each other.
import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { api, said, type Sensor, type Usage } from '../../api/client';
import { barsPlan } from '../../charts/bars_plan';
import '../../charts/chart';
import type { Plan } from '../../charts/chart';
import { dayPlan } from '../../charts/day_plan';
import { Asked } from '../../parts/asked';
import { HouseElement } from '../../parts/element';
import { common } from '../../parts/styles';
import { href } from '../../shell/route';
import { t } from '../../texts';
import { percent, volume, volumeWithUnit } from '../../words/numbers';
import { clock, day, span } from '../../words/times';
import { dateOf } from '../../words/zones';
import { comparedToUsual, type DaySoFar, daySoFar, kDaysBefore } from './usual_day';
import { byDay } from './week';

const kAskEveryMs = 60_000;
const kHourMs = 3_600_000;
// Nearer to usual than this is as usual.
const kAsUsual = 0.05;
const kUsesShown = 5;

interface Sums {
  usage: Usage;
  minute: number; // of Unix time
  so: DaySoFar;
  start: number; // of today, milliseconds
  total: number; // of the week
  days: number;
  week: Plan;
}

@customElement('mr-now-water')
export class WaterCards extends HouseElement {
  static override styles = [
    common,
    css`
      :host { display: contents; }
      .card { display: flex; flex-direction: column; }
      .card > a { margin-top: auto; padding-top: 0.6rem; }
      mr-chart { --chart-height: 150px; }
      @media (min-width: 62rem) and (max-width: 87.999rem) { .uses { grid-column: 1 / -1; } }
      @media (min-width: 88rem) { .card { grid-column: span 2; } }
      li { display: grid; grid-template-columns: 4.2rem 1fr auto; gap: 0.6rem; padding: 0.35rem 0; border-bottom: 1px solid var(--line); }
      li:last-child { border: none; }
    `,
  ];

  @property({ attribute: false }) sensor!: Sensor;

  private readonly usage = new Asked<Usage>(
    this,
    () => {
      // From a whole hour on, so that the hours are whole.
      const now = this.house.now();
      const from = Math.floor(now / kHourMs) * kHourMs - (kDaysBefore + 1) * 24 * kHourMs;
      const query = { bucket: 'hour' as const, from: new Date(from).toISOString(), to: new Date(now).toISOString() };
      return said(api.GET('/api/v1/sensors/{uuid}/usage', { params: { path: { uuid: this.sensor.uuid }, query } }));
    },
    kAskEveryMs,
  );
  private readonly uses = new Asked(
    this,
    () => {
      const from = new Date(this.house.now() - 24 * kHourMs).toISOString();
      const query = { from, limit: 200 };
      return said(api.GET('/api/v1/sensors/{uuid}/uses', { params: { path: { uuid: this.sensor.uuid }, query } }));
    },
    kAskEveryMs,
  );

  protected override willUpdate(): void {
    const units = this.house.devices;
    this.usage.ask(`${this.sensor.uuid} ${units?.unit} ${units?.time_zone}`);
    // A use that ends is worth a question at once.
    this.uses.ask(`${this.sensor.uuid} ${units?.unit}`, String(this.sensor.running));
  }

  private amount(value: number | null): string {
    const unit = this.unit;
    const approx = !this.sensor.calibrated && (value ?? 0) > 0 ? '≈\u202f' : '';
    return approx + volumeWithUnit(value, unit);
  }

  private compared(today: number, usualByNow: number | null) {
    const share = comparedToUsual(today, usualByNow);
    if (share === null || usualByNow === null) return t.now.noUsual;
    const usual = this.amount(usualByNow);
    if (Math.abs(share) < kAsUsual) return t.now.same(usual);
    return share > 0 ? t.now.more(percent(share), usual) : t.now.less(percent(-share), usual);
  }

  // What is made of the answer's hundreds of hours: anew with each answer and each minute, not with each word of the stream.
  private sums(usage: Usage): Sums {
    const now = this.house.now();
    const zone = this.zone;
    const minute = Math.floor(now / 60_000);
    if (this.made?.usage === usage && this.made.minute === minute) return this.made;
    const first = usage.items.find((bucket) => bucket.peaks > 0);
    const date = dateOf(now, zone);
    const yesterday = usage.items.findLast((bucket) => dateOf(bucket.start, zone) !== date);
    const days = byDay(usage.items, zone).slice(-7);
    return (this.made = {
      usage,
      minute,
      so: daySoFar(usage.items, now, zone, first === undefined ? now : Date.parse(first.start)),
      start: Date.parse(yesterday?.end ?? usage.items[0]?.start ?? new Date(now).toISOString()),
      total: days.reduce((sum, one) => sum + one.volume, 0),
      days: days.length,
      week: barsPlan(days, usage.unit, zone, (bucket) => day(bucket.start, zone)),
    });
  }
  private made: Sums | null = null;

  private today(usage: Usage) {
    const zone = this.zone;
    const { so, start } = this.sums(usage);
    const today = this.sensor.today ?? so.hours.at(-1) ?? 0;
    const ends = Array.from({ length: 25 }, (_, hour) => (start + hour * kHourMs) / 1000);
    const sums = [0, ...so.hours.slice(0, -1), today];
    const usualText = so.usualByNow === null ? '' : t.now.usualPart(this.amount(so.usualByNow));
    return html`<p class="quiet">${this.compared(today, so.usualByNow)}</p>
      <mr-chart
        label=${t.now.todayChart(this.amount(today), usualText)}
        .plan=${dayPlan(ends, ends.map((_, hour) => sums[hour] ?? null), so.usual === null ? null : [0, ...so.usual], usage.unit, zone)}
      ></mr-chart>`;
  }

  private week(usage: Usage) {
    const { total, days, week } = this.sums(usage);
    const mean = this.amount(total / Math.max(1, days));
    return html`<p class="row apart"><span class="middle">${this.amount(total)}</span><span class="quiet">${t.now.meanDay(mean)}</span></p>
      <mr-chart
        label=${t.now.weekChart(this.amount(total), mean)}
        .plan=${week}
      ></mr-chart>`;
  }

  protected override render() {
    const { sensor } = this;
    const unit = this.unit;
    const zone = this.zone;
    const date = dateOf(this.house.now(), zone);
    return html`
      <section class="card">
        <h2 class="quiet">${t.now.today}</h2>
        <p class="middle" data-part="today">${this.amount(sensor.today)}</p>
        ${sensor.estimate === null ? nothing : html`<p class="quiet">${t.now.atLeast(volumeWithUnit(sensor.estimate.today_at_least, unit))}</p>`}
        ${this.usage.show((usage) => this.today(usage))}
        <a href=${href('history', ['day', date])}>${t.now.inHistory}</a>
      </section>
      <section class="card">
        <h2 class="quiet">${t.now.week}</h2>
        ${this.usage.show((usage) => this.week(usage))}
        <a href=${href('history', ['week', date])}>${t.now.inHistory}</a>
      </section>
      <section class="card uses">
        <h2 class="quiet">${t.now.uses}</h2>
        ${this.uses.show((page) =>
          page.items.length === 0
            ? html`<p class="quiet">${t.now.noUses}</p>`
            : html`<ul>
                ${page.items.slice(-kUsesShown).reverse().map(
                  (use) => html`<li class="number"><span>${clock(use.start, zone)}</span><span class="quiet">${this.length(use.seconds)}</span><span>${volume(use.volume)} ${t.words.units[unit] ?? unit}</span></li>`,
                )}
              </ul>`,
        )}
        <a href=${href('uses')}>${t.now.allUses}</a>
      </section>
    `;
  }

  private length(seconds: number): string {
    return seconds < 1 ? '' : span(seconds);
  }
}

