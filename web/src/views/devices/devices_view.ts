import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { View } from '../../parts/element';
import { common } from '../../parts/styles';
import { t } from '../../texts';

@customElement('mr-devices')
export class DevicesView extends View {
  static override styles = [common];

  protected override render() {
    return html`<section class="card"><h2>${t.shell.views.devices}</h2></section>`;
  }
}
