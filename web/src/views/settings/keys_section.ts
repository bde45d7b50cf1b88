// Whose messages open, a key for those that do not, and the archive that everything is made from.
import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { api, said, type Schemas } from '../../api/client';
import { Asked } from '../../parts/asked';
import { t } from '../../texts';
import { number } from '../../words/numbers';
import './archive_card';
import './key_form';
import { Section, sectionStyles } from './section';

type BridgeKey = Schemas['BridgeKey'];
const kEveryMs = 10_000;

@customElement('mr-settings-keys')
export class KeysSection extends Section {
  static override styles = sectionStyles;
  private readonly keys = new Asked(this, () => said(api.GET('/api/v1/keys')), kEveryMs);
  private turn = 0; // of the archive: a key was added

  protected override willUpdate(): void {
    if (this.house.mayAdminister) this.keys.ask('');
  }

  private kept(): void {
    ++this.turn;
    void this.keys.again();
  }

  private bridge(key: BridgeKey) {
    const text = t.settings.keys;
    const [look, state] =
      key.messages_open === null ? ['pill', text.silent] : key.messages_open ? ['pill good', text.open] : ['pill bad', text.shut];
    return html`<li>
      <div class="row"><strong class="number">${key.uuid}</strong> <span class=${look}>${state}</span></div>
      <p class="small quiet">
        ${key.has_key ? text.hasKey : text.noKey} ${text.frames(number(key.frames_opened, 0), number(key.frames_unopened, 0))}
      </p>
    </li>`;
  }

  private list() {
    const text = t.settings.keys;
    if (this.house.session === null) return html`<p class="quiet wait" role="status">${t.shell.loading}</p>`;
    if (this.mayNotAdminister) return html`<p class="notice">${t.shell.adminsOnly}</p>`;
    return this.keys.show(({ bridges }) =>
      bridges.length === 0 ? html`<p>${text.noBridge}</p>` : html`<ul class="rows">${bridges.map((key) => this.bridge(key))}</ul>`,
    );
  }

  protected override render() {
    const text = t.settings.keys;
    return html`<div class="cards">
      <div class="card">
        <p class="quiet">${text.intro}</p>
        ${this.list()}
        ${this.mayNotAdminister
          ? nothing
          : html`<mr-settings-key .bridges=${this.keys.value?.bridges.map((one) => one.uuid) ?? []} @kept=${this.kept}></mr-settings-key>`}
        <details>
          <summary>${text.where}</summary>
          <p>${text.whereText}</p>
          <pre class="wrap">esptool read_flash 0x3f9010 0x20 device_sk.bin
millrace key add --key-file device_sk.bin</pre>
        </details>
      </div>
      <mr-settings-archive .turn=${this.turn}></mr-settings-archive>
    </div>`;
  }
}
