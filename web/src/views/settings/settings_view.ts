// Settings: on wide screens the list of sections stands beside the one that is looked at, on phones it opens in the list.
import { css, html, nothing, type PropertyValues } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { View } from '../../parts/element';
import { common } from '../../parts/styles';
import { href } from '../../shell/route';
import { t } from '../../texts';
import { drafts, WithDrafts } from './drafts';

type Name = keyof typeof t.settings.sections;

// Each is an element `mr-settings-…`, loaded when it is first looked at.
const sections: Record<Name, () => Promise<unknown>> = {
  browser: () => import('./browser_section'),
  site: () => import('./site_section'),
  tariff: () => import('./tariff_section'),
  budgets: () => import('./budget_section'),
  notices: () => import('./notices_section'),
  keys: () => import('./keys_section'),
  backup: () => import('./backup_section'),
  access: () => import('./access_section'),
  daemon: () => import('./daemon_section'),
};
const names = Object.keys(sections) as Name[];

@customElement('mr-settings')
export class SettingsView extends View {
  static override styles = [
    common,
    css`
      .beside { display: grid; grid-template-columns: 15rem minmax(0, 1fr); gap: 1.5rem; align-items: start; }
      nav.card { position: sticky; top: 0.5rem; padding: 0.4rem; }
      nav a { display: flex; min-height: 2.5rem; align-items: center; justify-content: space-between; gap: 0.5rem; padding: 0.3rem 0.8rem; border-radius: 10px; color: var(--text); text-decoration: none; }
      nav a:hover { background: var(--raised); }
      nav a[aria-current] { background: var(--water-soft); color: var(--water); font-weight: 600; }
      .title { margin-bottom: 1rem; display: grid; gap: 0.2rem; }
      .title h2 { font-size: 1.35rem; }

      .folded { padding: 0; overflow: hidden; }
      .folded > section + section { border-top: 1px solid var(--line); }
      .folded > section { margin: 0; scroll-margin-top: 0.5rem; }
      .folded h2 a { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0.1rem 0.8rem; align-items: center; padding: 0.8rem 1rem; min-height: 3.2rem; color: var(--text); text-decoration: none; }
      .folded h2 .about { grid-column: 1; font-weight: 400; }
      .folded .arrow { grid-row: 1 / span 2; grid-column: 2; color: var(--quiet); font-size: 1.3rem; line-height: 1; }
      .folded [aria-expanded='true'] .arrow { transform: rotate(90deg); }
      .content { padding: 0.2rem 0.6rem 0.8rem; background: var(--ground); border-top: 1px solid var(--line); padding-top: 0.6rem; }
    `,
  ];

  @state() private loaded = new Set<Name>();
  @state() private failed: Name | null = null;
  // The section that is shown. The same one when the window becomes narrow, so that nothing typed is lost.
  private element: HTMLElement | null = null;
  private readonly wide = matchMedia('(min-width: 64rem)');
  private readonly resized = () => this.requestUpdate();

  constructor() {
    super();
    new WithDrafts(this);
  }
  override connectedCallback(): void {
    super.connectedCallback();
    this.wide.addEventListener('change', this.resized);
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.wide.removeEventListener('change', this.resized);
  }

  private get chosen(): Name | undefined {
    return names.find((name) => name === this.route.path[0]);
  }

  // The one that is shown; on phones there need be none.
  private get shown(): Name | undefined {
    return this.chosen ?? (this.wide.matches ? names[0] : undefined);
  }

  protected override willUpdate(): void {
    if (this.shown !== undefined && this.shown !== this.failed && !this.loaded.has(this.shown)) void this.load(this.shown);
  }

  private async load(name: Name): Promise<void> {
    try {
      await sections[name]();
      this.failed = null;
      this.loaded = new Set([...this.loaded, name]);
    } catch {
      this.failed = name;
    }
  }

  private content(name: Name) {
    if (this.loaded.has(name)) {
      const tag = `mr-settings-${name}`;
      if (this.element?.localName !== tag) this.element = document.createElement(tag);
      return this.element;
    }
    if (this.failed !== name) return html`<p class="quiet wait" role="status">${t.shell.loading}</p>`;
    return html`<div class="notice bad" role="alert">
      <p>${t.shell.viewFailed} ${t.shell.viewFailedHint}</p>
      <button @click=${() => location.reload()}>${t.shell.reload}</button>
    </div>`;
  }

  // What was opened above may have moved it out of sight.
  protected override updated(changed: PropertyValues<this>): void {
    if (!changed.has('route') || this.wide.matches || this.chosen === undefined) return;
    this.renderRoot.querySelector(`#${this.chosen}`)?.scrollIntoView({ block: 'start' });
  }

  private mark(name: Name) {
    return drafts.has(name) ? html`<span class="pill warn">${t.settings.unsaved}</span>` : nothing;
  }

  private beside() {
    const chosen = this.shown!;
    const { title, about } = t.settings.sections[chosen];
    return html`<div class="beside">
      <nav class="card" aria-label=${t.settings.list}>
        <ul>
          ${names.map(
            (name) => html`<li>
              <a href=${href('settings', [name])} aria-current=${name === chosen ? 'true' : nothing}>${t.settings.sections[name].title} ${this.mark(name)}</a>
            </li>`,
          )}
        </ul>
      </nav>
      <section aria-labelledby="title">
        <div class="title"><h2 id="title">${title}</h2><p class="quiet">${about}</p></div>
        ${this.content(chosen)}
      </section>
    </div>`;
  }

  private folded() {
    return html`<div class="card folded">
      ${names.map((name) => {
        const open = name === this.chosen;
        const { title, about } = t.settings.sections[name];
        return html`<section id=${name} aria-label=${title}>
          <h2>
            <a href=${open ? href('settings') : href('settings', [name])} aria-expanded=${open ? 'true' : 'false'}>
              <span class="row">${title} ${this.mark(name)}</span>
              <span class="small quiet about">${about}</span>
              <span class="arrow" aria-hidden="true">›</span>
            </a>
          </h2>
          ${open ? html`<div class="content">${this.content(name)}</div>` : nothing}
        </section>`;
      })}
    </div>`;
  }

  protected override render() {
    return this.wide.matches ? this.beside() : this.folded();
  }
}
