// Leaks: alarms and what has become of them, learned limits, rules, habits, and whether anybody is at home. Each part
// is a page of its own, loaded when it is looked at: `#/leaks`, `#/leaks/42`, `#/leaks/limits`, …
import { css, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { View } from '../../parts/element';
import { common } from '../../parts/styles';
import { href, type Route } from '../../shell/route';
import { t } from '../../texts';

const sections = {
  incidents: { load: () => import('./incidents'), draw: (route: Route) => html`<mr-leaks-incidents .route=${route}></mr-leaks-incidents>` },
  incident: { load: () => import('./incident'), draw: (route: Route) => html`<mr-leaks-incident .route=${route} .number=${Number(route.path[0])}></mr-leaks-incident>` },
  limits: { load: () => import('./limits'), draw: (route: Route) => html`<mr-leaks-limits .route=${route}></mr-leaks-limits>` },
  rules: { load: () => import('./rules'), draw: (route: Route) => html`<mr-leaks-rules .route=${route}></mr-leaks-rules>` },
  habits: { load: () => import('./habits'), draw: (route: Route) => html`<mr-leaks-habits .route=${route}></mr-leaks-habits>` },
  modes: { load: () => import('./modes'), draw: (route: Route) => html`<mr-leaks-modes .route=${route}></mr-leaks-modes>` },
};
type Section = keyof typeof sections;
const tabs = ['incidents', 'limits', 'rules', 'habits', 'modes'] as const;

function sectionOf(path: readonly string[]): Section {
  const [first = ''] = path;
  if (/^\d+$/.test(first)) return 'incident';
  return first !== 'incident' && Object.hasOwn(sections, first) ? (first as Section) : 'incidents';
}

@customElement('mr-leaks')
export class LeaksView extends View {
  static override styles = [
    common,
    css`
      nav { display: flex; flex-wrap: wrap; gap: 0.35rem; }
      nav a { display: inline-flex; align-items: center; min-height: 2.5rem; padding: 0.2rem 0.9rem; border-radius: 99px; border: 1px solid var(--line); color: var(--text); text-decoration: none; background: var(--card); }
      nav a:hover { background: var(--raised); }
      nav a[aria-current] { background: var(--water-soft); border-color: var(--water); font-weight: 600; }
    `,
  ];
  @state() private loaded = new Set<Section>();
  @state() private failed: Section | null = null;

  private async load(section: Section): Promise<void> {
    try {
      await sections[section].load();
      this.loaded = new Set(this.loaded).add(section);
    } catch {
      this.failed = section;
    }
  }

  protected override willUpdate(): void {
    const section = sectionOf(this.route.path);
    if (!this.loaded.has(section) && this.failed !== section) void this.load(section);
  }

  protected override render() {
    const section = sectionOf(this.route.path);
    const current = section === 'incident' ? 'incidents' : section;
    return html`<div class="stack">
      <h2>${t.shell.views.leaks}</h2>
      <nav aria-label=${t.leaks.navigation}>
        ${tabs.map((tab) => html`<a href=${tab === 'incidents' ? href('leaks') : href('leaks', [tab])} aria-current=${tab === current ? 'page' : nothing}>${t.leaks.sections[tab]}</a>`)}
      </nav>
      ${this.failed === section
        ? html`<mr-empty heading=${t.shell.viewFailed}><p>${t.shell.viewFailedHint}</p><button @click=${() => location.reload()}>${t.shell.reload}</button></mr-empty>`
        : this.loaded.has(section) && this.house.devices !== null
          ? sections[section].draw(this.route)
          : html`<p class="quiet wait" role="status">${t.shell.loading}</p>`}
    </div>`;
  }
}
