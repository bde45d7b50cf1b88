// All alarms: the open ones with their answers, what is on its way to one, and the past ones page by page.
import { css, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { type Alarm, api, said, type Schemas } from '../../api/client';
import '../../parts/alarm';
import { Asked } from '../../parts/asked';
import { View } from '../../parts/element';
import { problemNotice, problemText } from '../../parts/problem';
import { styled } from '../../parts/styled';
import { common } from '../../parts/styles';
import { href } from '../../shell/route';
import { t } from '../../texts';
import { alarmSentence, alarmTitle, isBudget, isWater, ruleTitle } from '../../words/alarms';
import { percent, volumeWithUnit } from '../../words/numbers';
import { span, when } from '../../words/times';

const kPage = 25;
const kWrittenWithinMs = 2_500;

@customElement('mr-leaks-incidents')
export class Incidents extends View {
  static override styles = [
    common,
    css`
      .open { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); align-items: start; }
      .well { display: flex; gap: 0.8rem; align-items: center; }
      .well > * + * { margin: 0; }
      .well svg { color: var(--good); flex: none; }
      .past a {
        display: grid; grid-template-columns: 0.8rem minmax(9rem, 2fr) minmax(7rem, 1.2fr) minmax(4.5rem, 0.8fr) minmax(4.5rem, 0.8fr) minmax(6rem, 1fr); gap: 0.2rem 1rem; align-items: center;
        padding: 0.6rem 0.4rem; min-height: 2.75rem; border-bottom: 1px solid var(--line); color: var(--text); text-decoration: none; border-radius: 6px; font-variant-numeric: tabular-nums;
      }
      .past a:hover { background: var(--raised); }
      .past li:last-child a { border-bottom: none; }
      .dot { width: 0.7rem; height: 0.7rem; border-radius: 50%; background: var(--quiet); }
      .dot.warning { background: var(--warn); border-radius: 50% 50% 2px 2px; }
      .dot.critical { background: var(--bad); border-radius: 2px; }
      @media (max-width: 44rem) {
        .past a { grid-template-columns: 0.8rem 1fr auto; grid-template-areas: 'dot what when' '. more more'; }
        .past .lasted { grid-area: more; grid-column: 2 / 4; }
        .past .water, .past .end { display: none; }
      }
    `,
  ];
  @state() private later: Alarm[] = [];
  @state() private cursor: string | null = null;
  @state() private problem: string | null = null;
  @state() private busy = false;

  private open: string | null = null;
  private timer = 0;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  private readonly first = new Asked(this, async () => {
    const page = await this.page(null);
    this.later = [];
    this.cursor = page.next_cursor;
    return page.items;
  });
  private readonly rules = new Asked(this, () => said(api.GET('/api/v1/rules')), 30_000);

  private page = (cursor: string | null): Promise<Schemas['AlarmPage']> =>
    said(api.GET('/api/v1/alarms', { params: { query: { state: 'all', limit: kPage, ...(cursor === null ? {} : { cursor }) } } }));

  private async more(): Promise<void> {
    this.busy = true;
    try {
      const page = await this.page(this.cursor);
      this.later = [...this.later, ...page.items];
      this.cursor = page.next_cursor;
      this.problem = null;
    } catch (error) {
      this.problem = problemText(error);
    }
    this.busy = false;
  }

  protected override willUpdate(): void {
    if (this.house.devices === null) return;
    const open = this.house.alarms.map((alarm) => alarm.id).join();
    if (open !== this.open && this.open !== null) {
      // What has just ended is written down a moment later.
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => void this.first.again(), kWrittenWithinMs);
    }
    this.open = open;
    this.first.ask('all', open);
    this.rules.ask('rules');
  }

  protected override render() {
    const open = this.house.alarms;
    return html`<div class="stack">
      <section class="stack" aria-label=${t.leaks.open}>
        ${open.length === 0 ? this.quiet() : html`<h3>${t.leaks.open}</h3><div class="open">${repeat(open, (alarm) => alarm.id, (alarm) => html`<mr-alarm .alarm=${alarm} linked></mr-alarm>`)}</div>`}
        ${this.pending()}
      </section>
      <section class="card">
        <h3>${t.leaks.history}</h3>
        ${this.first.show((alarms) => this.past([...alarms, ...this.later].filter((alarm) => alarm.state === 'cleared')))}
        ${problemNotice(this.problem)}
        ${this.cursor === null ? nothing : html`<button ?disabled=${this.busy} @click=${this.more} data-part="older">${t.leaks.older}</button>`}
      </section>
    </div>`;
  }

  private quiet() {
    const on = this.rules.value?.rules.filter((rule) => rule.on).length;
    return html`<div class="card well">
      <svg viewBox="0 0 24 24" width="40" height="40" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"><path d="M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18zM8 12.500l3 3l5.500-6.500"></path></svg>
      <div><h3>${t.leaks.allQuiet}</h3>${on === undefined ? nothing : html`<p class="quiet">${t.leaks.allQuietHint(on)}</p>`}</div>
    </div>`;
  }

  private pending() {
    const rules = this.rules.value;
    const pending = (rules?.sensors ?? []).flatMap((sensor) => sensor.pending);
    if (rules === null || pending.length === 0) return nothing;
    const units = { unit: rules.unit, flow_unit: rules.flow_unit, zone: this.zone };
    return html`<section class="card">
      <h3>${t.leaks.closeTo}</h3>
      ${pending.map((finding) => {
        const { observed, limit } = finding.explanation;
        const share = observed !== null && limit !== null && limit > 0 ? Math.min(1, observed / limit) : null;
        return html`<div class="stack">
          <p><strong>${ruleTitle(finding.rule)}</strong>${share === null ? '' : ` · ${percent(share)}`}</p>
          ${share === null ? nothing : html`<div class="track warn" aria-hidden="true"><div ${styled({ width: `${share * 100}%` })}></div></div>`}
          <p class="small quiet">${alarmSentence(finding, units)}</p>
        </div>`;
      })}
    </section>`;
  }

  private past(alarms: Alarm[]) {
    if (alarms.length === 0) return html`<p class="quiet">${t.leaks.noHistory}</p>`;
    const now = this.house.now();
    return html`<ul class="past">
      ${alarms.map((alarm) => {
        const lasted = span((Date.parse(alarm.cleared ?? alarm.at) - Date.parse(alarm.raised)) / 1000);
        return html`<li><a href=${href('leaks', [String(alarm.id)])}>
          <span class="dot ${alarm.severity}" title=${t.words.severities[alarm.severity] ?? ''}></span>
          <strong>${alarmTitle(alarm)}</strong>
          <span class="quiet when">${when(alarm.raised, now, this.zone)}</span>
          <span class="quiet lasted">${lasted}</span>
          <span class="water">${isWater(alarm.rule) || isBudget(alarm.rule) ? volumeWithUnit(alarm.volume, this.unit) : ''}</span>
          <span class="quiet end">${alarm.not_a_leak ? t.leaks.ends.notALeak : t.leaks.ends.over}</span>
        </a></li>`;
      })}
    </ul>`;
  }
}
