import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { View } from '../../parts/element';
import { common } from '../../parts/styles';
import { t } from '../../texts';

@customElement('mr-history')
export class HistoryView extends View {
  static override styles = [common];

  protected override render() {
    return html`<section class="card"><h2>${t.shell.views.history}</h2></section>`;
  }
}
