// How a leak puck is:  <mr-devices-puck .device=${uuid}></mr-devices-puck>
import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Puck } from '../../api/client';
import { HouseElement } from '../../parts/element';
import { fact, factStyles } from '../../parts/facts';
import { common } from '../../parts/styles';
import { href } from '../../shell/route';
import { t } from '../../texts';
import { bluetoothTexts } from '../../texts/bluetooth';
import { percent } from '../../words/numbers';
import { ago, when } from '../../words/times';
import { advertisedFacts, problemOf } from './advertised';
import { cardStyles } from './card_parts';
import { pictogramStyles } from './pictograms';

// As the daemon's rule.
const kSilentMs = 24 * 60 * 60_000;

@customElement('mr-devices-puck')
export class PuckCard extends HouseElement {
  static override styles = [
    common,
    factStyles,
    pictogramStyles,
    cardStyles,
    css`
      .wet { border-color: var(--bad); background: linear-gradient(var(--bad-soft), var(--card) 7rem); }
      .wet .pill.bad { background: var(--bad); color: var(--card); font-weight: 600; }
    `,
  ];
  @property() device = '';

  private pill(puck: Puck, silent: boolean) {
    const text = bluetoothTexts;
    if (puck.wet === true) return html`<span class="pill bad">${text.wet}</span>`;
    if (silent && puck.last_seen !== null) return html`<span class="pill warn">${t.devices.silent}</span>`;
    return puck.wet === null ? html`<span class="pill">${text.notSaid}</span>` : html`<span class="pill good">${text.dry}</span>`;
  }

  private hint(puck: Puck, silent: boolean) {
    if (puck.problem !== null) return problemOf(puck.problem);
    if (puck.last_seen === null) return html`<p class="notice">${bluetoothTexts.waitHint}</p>`;
    return silent ? html`<p class="notice warn">${bluetoothTexts.silentHint}</p>` : nothing;
  }

  protected override render() {
    const puck = this.house.devices?.pucks.find((one) => one.uuid === this.device);
    if (puck === undefined) return nothing;
    const text = bluetoothTexts;
    const now = this.house.now();
    const silent = puck.last_seen === null || now - Date.parse(puck.last_seen) > kSilentMs;
    const press = puck.last_press;
    const feels = puck.wet === null ? t.shell.unknown : puck.wet ? html`<strong class="bad">${text.waterThere}</strong>` : text.noWater;
    // What came before the daemon was started is known by the alarm only.
    const wetSince = puck.wet_since ?? this.house.alarms.find((alarm) => alarm.rule === 'puck_wet' && alarm.device === puck.uuid)?.since;
    const since = puck.wet === true && wetSince !== undefined ? text.wetSince(when(wetSince, now, this.zone)) : nothing;
    return html`<article class="card ${puck.wet === true ? 'wet' : ''}" aria-labelledby="name" data-part="puck">
      <header>
        <div><h3 id="name">${puck.name}</h3><span class="quiet">${puck.room ?? text.roles.leak_puck}</span></div>
        ${this.pill(puck, silent)}
      </header>
      <p class="quiet small">${puck.last_seen === null ? t.devices.neverHeard : t.devices.heard(ago(puck.last_seen, now))}
        ${puck.trigger_based ? text.triggered : nothing}</p>
      ${this.hint(puck, silent)}
      <dl class="facts">
        ${fact(text.feels, feels, since)}
        ${puck.moisture_percent === null ? nothing : fact(text.moisture, percent(puck.moisture_percent / 100))}
        ${advertisedFacts(puck)}
        ${press === null ? nothing : fact(text.pressed, text.presses[press.kind] ?? press.kind, ago(press.at, now))}
      </dl>
      <p class="row"><a class="button" href=${href('devices', [puck.uuid, 'reports'])}>${t.devices.reports.link}</a></p>
    </article>`;
  }
}
