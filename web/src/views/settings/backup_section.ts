// Everything in one file, and the way back.
import { html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { href } from '../../shell/route';
import { t } from '../../texts';
import { bytes } from '../../words/numbers';
import { Section, sectionStyles } from './section';

@customElement('mr-settings-backup')
export class BackupSection extends Section {
  static override styles = sectionStyles;
  @state() private started = false;

  // A link, so that the browser writes the file as it comes: a store may be larger than its memory.
  private link() {
    const text = t.settings.backup;
    if (this.mayNotAdminister) return html`<button class="primary" disabled>${text.download}</button>`;
    return html`<a class="button primary" href="./api/v1/backup" download @click=${() => (this.started = true)}>${text.download}</a>`;
  }

  protected override render() {
    const text = t.settings.backup;
    const size = this.house.status?.archive.file_bytes;
    return html`<div class="stack">
      ${this.rights('admin')}
      <div class="cards">
        <div class="stack">
          <div class="card">
            <p>${text.text}</p>
            <p>${text.without}</p>
            <div class="row">
              ${this.link()}
              ${size === undefined ? nothing : html`<span class="small quiet">${text.size(bytes(size))}</span>`}
            </div>
            <p role="status" class="small quiet">${this.started ? `${text.started} ${text.busy}` : ''}</p>
          </div>
          <div class="card">
            <h3>${text.exports}</h3>
            <p>${text.exportsText}</p>
            <pre class="wrap">millrace export usage
millrace export readings
millrace export frames</pre>
            <a class="link" href=${href('history')}>${text.toHistory}</a>
          </div>
        </div>
        <div class="card">
          <h3>${text.restore}</h3>
          <p>${text.restoreText}</p>
          <pre class="wrap">millrace restore FILE</pre>
          <p class="small quiet">${text.restoreForce}</p>
          <h3>${text.secrets}</h3>
          <p>${text.secretsText}</p>
          <pre class="wrap">millrace backup FILE --with-secrets</pre>
        </div>
      </div>
    </div>`;
  }
}
