// Who else may use page and API, and where programs find it.
import { html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { base } from '../../api/client';
import { t } from '../../texts';
import { Section, sectionStyles } from './section';

const scopes = ['read', 'control', 'admin'] as const;

@customElement('mr-settings-access')
export class AccessSection extends Section {
  static override styles = sectionStyles;

  protected override render() {
    const text = t.settings.access;
    return html`<div class="cards">
      <div class="card">
        <h3>${text.tokens}</h3>
        <p>${text.tokensText}</p>
        <pre class="wrap">millrace token add phone --scope control</pre>
        <p>${text.scopes}</p>
        <dl class="facts">${scopes.map((scope) => html`<dt><code>${scope}</code></dt><dd>${t.settings.browser.scopes[scope]}</dd>`)}</dl>
        <p>${text.revoke}</p>
        <pre class="wrap">millrace token list
millrace token revoke phone</pre>
      </div>
      <div class="card">
        <h3>${text.api}</h3>
        <p>${text.apiText}</p>
        <ul>
          <li><a class="link" href="./api/openapi.json">${text.document}</a></li>
          <li><a class="link" href="./metrics">${text.metrics}</a></li>
        </ul>
        <p>${text.example}</p>
        <pre class="wrap">curl -H "Authorization: Bearer millrace_…" ${base}/api/v1/devices</pre>
      </div>
    </div>`;
  }
}
