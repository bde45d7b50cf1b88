// Whether anybody is at home, whether somebody waters by hand, and when both come by the week.
import { css, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { api, said, type Schemas } from '../../api/client';
import { whyNot } from '../../parts/rights';
import { Asked } from '../../parts/asked';
import { View } from '../../parts/element';
import { problemNotice, problemText } from '../../parts/problem';
import { common } from '../../parts/styles';
import { t } from '../../texts';
import './windows';
import type { WeekWindow } from './windows';

const modes = ['home', 'away', 'vacation'] as const;
const signs: Record<(typeof modes)[number], string> = {
  home: 'M4 11l8-7l8 7v9h-5.500v-6h-5v6H4z',
  away: 'M5 20V5h9v15M14 12h7M18 9l3 3l-3 3M10.500 12v.1M3 20h13',
  vacation: 'M12 21V9M12 9c-3-3-7-2-9 1c3-1 6-1 9-1zM12 9c3-3 7-2 9 1c-3-1-6-1-9-1zM12 9c0-3 1-5 4-6M12 9c0-3-1-5-4-6M7 21h10',
};

@customElement('mr-leaks-modes')
export class LeakModes extends View {
  static override styles = [
    common,
    css`
      .grid { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); align-items: start; }
      .modes { display: grid; gap: 0.5rem; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); }
      .modes svg { flex: none; }
      .modes button { min-height: 3.2rem; }
    `,
  ];
  @state() private busy = false;
  @state() private problem: string | null = null;

  private readonly mode = new Asked(this, () => said(api.GET('/api/v1/mode')), 30_000);
  private readonly irrigation = new Asked(this, () => said(api.GET('/api/v1/irrigation')), 30_000);
  private readonly rules = new Asked(this, () => said(api.GET('/api/v1/rules')));

  protected override willUpdate(): void {
    const status = this.house.status?.alarms;
    this.mode.ask(`${status?.mode} ${status?.mode_by_schedule}`);
    this.irrigation.ask(String(status?.irrigation_active));
    this.rules.ask('rules');
  }

  private async change(asked: Promise<{ data?: unknown; error?: unknown; response: Response }>, then: { again(): Promise<void> }): Promise<void> {
    this.busy = true;
    try {
      await said(asked);
      this.problem = null;
    } catch (error) {
      this.problem = problemText(error);
    }
    await then.again();
    this.busy = false;
  }

  private setMode = (mode: (typeof modes)[number] | null) => this.change(api.PUT('/api/v1/mode', { body: { mode } }), this.mode);
  private water = (active: boolean) => this.change(api.PUT('/api/v1/irrigation', { body: { active } }), this.irrigation);
  private keep = async (body: Partial<Schemas['RulesRequest']>) => {
    await said<unknown>(api.PUT('/api/v1/rules', { body: body as Schemas['RulesRequest'] }));
    await Promise.all([this.rules.again(), this.mode.again()]);
  };

  protected override render() {
    return html`${problemNotice(this.problem)}<div class="grid">${this.modeCard()}${this.irrigationCard()}${this.rules.show((rules) => this.windows(rules.settings))}</div>`;
  }

  private modeCard() {
    const text = t.leaks;
    const why = whyNot('control');
    const off = this.busy || why !== '';
    return html`<section class="card"><h3>${text.modeTitle}</h3><p class="quiet">${text.modeWhat}</p>
      ${this.mode.show(
        (now) => html`<div class="modes" role="group" aria-label=${text.modeTitle}>
            ${modes.map(
              (mode) => html`<button aria-pressed=${now.mode === mode && !now.by_schedule ? 'true' : 'false'} ?disabled=${off} title=${why || nothing} @click=${() => void this.setMode(mode)}>
                <svg viewBox="0 0 24 24" width="22" height="22" fill="none" stroke="currentColor" stroke-width="1.800" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d=${signs[mode]}></path></svg>${text.modes[mode]}</button>`,
            )}
            <button aria-pressed=${now.by_schedule ? 'true' : 'false'} ?disabled=${off} title=${why || nothing} @click=${() => void this.setMode(null)}>${text.bySchedule}</button>
          </div>
          <p role="status">${(now.by_schedule ? text.nowBySchedule : text.nowByHand)(text.modes[now.mode])}</p>`,
      )}
      ${why === '' ? nothing : html`<p class="quiet small">${why}</p>`}
    </section>`;
  }

  private irrigationCard() {
    const text = t.leaks;
    const why = whyNot('control');
    return html`<section class="card"><h3>${text.irrigationTitle}</h3><p class="quiet">${text.irrigationWhat}</p>
      ${this.irrigation.show(
        (now) => html`<div class="row">
          <button class=${now.active ? '' : 'primary'} ?disabled=${this.busy || why !== ''} title=${why || nothing} @click=${() => void this.water(!now.active)}>${now.active ? text.irrigationStop : text.irrigationStart}</button>
          ${now.active ? html`<span class="pill good">${text.irrigationOn}</span>` : nothing}</div>`,
      )}
    </section>`;
  }

  private windows(settings: Schemas['RuleSettings']) {
    const text = t.leaks;
    const why = whyNot('admin');
    return html`
      <section class="card"><h3>${text.modeWindows}</h3><p class="quiet">${text.modeWindowsWhat}</p>
        <mr-leaks-windows .windows=${settings.modes} .modes=${modes} .why=${why} .keep=${(windows: WeekWindow[]) => this.keep({ modes: windows as Schemas['ModeWindow'][] })}></mr-leaks-windows></section>
      <section class="card"><h3>${text.irrigationWindows}</h3><p class="quiet">${text.irrigationWindowsWhat}</p>
        <mr-leaks-windows .windows=${settings.irrigation} .why=${why}
          .keep=${(windows: WeekWindow[]) => this.keep({ irrigation: windows.map(({ days, from, to }) => ({ days, from, to })) })}></mr-leaks-windows></section>`;
  }
}
