// Which version runs since when, whether there is a newer one, and starting it anew.
import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { api, said, type Status } from '../../api/client';
import { confirmed } from '../../parts/confirm';
import { t } from '../../texts';
import { ago, when } from '../../words/times';
import { Saving } from './saving';
import { Section, sectionStyles } from './section';

const kAskEveryMs = 1000;
const kPatienceMs = 60_000;

@customElement('mr-settings-daemon')
export class DaemonSection extends Section {
  static override styles = sectionStyles;
  private readonly saving = new Saving(this);
  private restarting = false;
  private outcome = '';
  private timer = 0;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
    this.restarting = false;
  }

  private async restart(): Promise<void> {
    const text = t.settings.daemon;
    if (!(await confirmed({ heading: text.restart, text: text.restartSure, yes: text.restart }))) return;
    const before = this.house.status?.started;
    this.outcome = '';
    if (!(await this.saving.run(() => said(api.POST('/api/v1/restart', { body: {} }))))) return;
    this.restarting = true;
    this.requestUpdate();
    this.waitFor(before, performance.now() + kPatienceMs);
  }

  // It is back when it says that it was started at another time than before.
  private waitFor(before: string | undefined, until: number): void {
    this.timer = window.setTimeout(async () => {
      const status = await said(api.GET('/api/v1/status')).catch(() => null);
      if (!this.isConnected) return;
      const back = status !== null && status.started !== before;
      if (!back && performance.now() < until) return this.waitFor(before, until);
      this.restarting = false;
      this.outcome = back ? t.settings.daemon.back : t.settings.daemon.notBack;
      this.house.wake();
      this.requestUpdate();
    }, kAskEveryMs);
  }

  private updates({ update, version }: Status) {
    const text = t.settings.daemon;
    if (update === null) return html`<p class="small quiet">${text.nobodyAsked}</p>`;
    const newer = update.latest_version !== version;
    return html`<p class=${newer ? 'notice' : ''}>
        ${newer ? text.newer(update.latest_version) : text.newest}
        ${newer && /^https?:/.test(update.url ?? '') ? html`<a href=${update.url} rel="noreferrer" target="_blank">${text.about}</a>` : nothing}
      </p>
      <p class="small quiet">${text.checked(ago(update.checked, this.house.now()))}</p>`;
  }

  protected override render() {
    const text = t.settings.daemon;
    const { status } = this.house;
    const now = this.house.now();
    return html`<div class="stack">
      ${this.rights('admin')}
      <div class="cards">
        <div class="card">
          ${status === null
            ? html`<p class="quiet wait" role="status">${t.shell.loading}</p>`
            : html`<dl class="facts">
                  <dt>${text.version}</dt><dd>${status.version}</dd>
                  <dt>${text.started}</dt><dd>${when(status.started, now, this.zone)} (${ago(status.started, now)})</dd>
                </dl>
                ${this.updates(status)}`}
        </div>
        <div class="card">
          <h3>${text.restart}</h3>
          <p>${text.restartText}</p>
          <button ?disabled=${this.mayNotAdminister || this.saving.busy || this.restarting} @click=${() => void this.restart()}>${text.restart}</button>
          <p role="status" class=${this.restarting ? 'wait' : ''}>${this.restarting ? text.restarting : this.outcome}</p>
          ${this.saving.notice(() => false)}
        </div>
      </div>
    </div>`;
  }
}
