// How often a device has started anew, and when last:  <mr-devices-restarts .device=${uuid} kind="bridge">
import { html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { Asked } from '../../parts/asked';
import { HouseElement } from '../../parts/element';
import { common } from '../../parts/styles';
import { t } from '../../texts';
import { number } from '../../words/numbers';
import { span, when } from '../../words/times';
import { restarts } from './condition';
import { bootsOf, eventsOf, type Kind, kLargestPage } from './device_words';

const kLookBackMs = 30 * 86_400_000;
const kEveryMs = 5 * 60_000;

@customElement('mr-devices-restarts')
export class DeviceRestarts extends HouseElement {
  static override styles = [common];
  @property() device = '';
  @property() kind: Kind = 'bridge';
  private readonly found = new Asked(this, () => this.look(), kEveryMs);

  // A bridge boots; a boot of a sensor may be its bridge's, and only its event tells.
  private async look() {
    const from = this.house.now() - kLookBackMs;
    const query = { from: new Date(from).toISOString(), limit: kLargestPage };
    if (this.kind === 'bridge') {
      const page = await bootsOf(this.device, query);
      return restarts(page.items.map((boot) => boot.received), from, page.looked_from);
    }
    const page = await eventsOf(this.device, query);
    const oldest = page.next_cursor === null ? null : (page.items.at(-1)?.time ?? null);
    return restarts(page.items.filter((event) => event.restart).map((event) => event.time), from, oldest);
  }

  protected override willUpdate(): void {
    if (this.device !== '') this.found.ask(`${this.kind} ${this.device}`);
  }

  protected override render() {
    if (this.found.value === null) return html`<span class="quiet">${this.found.waiting ? t.shell.loading : t.shell.unknown}</span>`;
    const { count, last, since } = this.found.value;
    const text = t.devices.restarts;
    const now = this.house.now();
    const zone = this.zone;
    const looked = text.since(span((now - since) / 1000));
    if (last === null) return html`${text.none} <span class="small quiet">${looked}</span>`;
    return html`${text.count(count, number(count, 0))} <span class="small quiet">${looked} ${text.last(when(last, now, zone))}</span>`;
  }
}
