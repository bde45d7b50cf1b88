// The page's frame: navigation, the line of health, what is said when nobody answers, and the view that is looked at.
import { css, html, LitElement, nothing, svg } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import '../parts/empty';
import { house, WithHouse } from '../live/house';
import { common } from '../parts/styles';
import { t } from '../texts';
import { clock } from '../words/times';
import './health';
import './login';
import './rebuild';
import { href, parseRoute, type Route } from './route';
import { kOnPhoneBar, navigation, viewOf } from './views';

const icon = (path: string) => svg`<svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" fill="none"
  stroke="currentColor" stroke-width="1.800" stroke-linecap="round" stroke-linejoin="round"><path d=${path}></path></svg>`;

@customElement('mr-app')
export class App extends LitElement {
  static override styles = [
    common,
    css`
      :host { min-height: 100dvh; display: grid; grid-template-rows: auto auto auto 1fr; }
      .frame { display: grid; grid-template-columns: minmax(0, 1fr); }
      header {
        display: flex; flex-wrap: wrap; align-items: center; gap: 0.4rem 1.2rem;
        padding: 0.7rem clamp(0.8rem, 3vw, 2rem); max-width: 96rem; margin: 0 auto; width: 100%;
      }
      .logo { display: flex; align-items: center; gap: 0.55rem; font-weight: 700; font-size: 1.15rem; color: var(--text); text-decoration: none; margin: 0; }
      main { padding: 0.3rem clamp(0.8rem, 3vw, 2rem) 1.5rem; max-width: 96rem; width: 100%; margin: 0 auto; min-width: 0; }
      main:focus { outline: none; }
      .skip { position: absolute; left: 0.5rem; top: -4rem; z-index: 9; background: var(--card); padding: 0.6rem; border-radius: 8px; }
      .skip:focus { top: 0.5rem; }
      .lost { margin: 0; padding: 0.55rem 1rem; background: var(--warn-soft); text-align: center; }
      footer { padding: 0.5rem clamp(0.8rem, 3vw, 2rem) 1rem; color: var(--quiet); font-size: 0.85rem; max-width: 96rem; margin: 0 auto; }

      nav a {
        display: flex; align-items: center; gap: 0.6rem; padding: 0.5rem 0.8rem; border-radius: 10px;
        color: var(--quiet); text-decoration: none; white-space: nowrap;
      }
      nav a:hover { background: var(--raised); }
      nav a[aria-current] { color: var(--water); background: var(--water-soft); font-weight: 600; }
      nav a .count { background: var(--bad); color: var(--card); border-radius: 9px; padding: 0 0.4rem; font-size: 0.75rem; font-weight: 700; }

      /* Phones: a bar at the bottom, the rest behind "More". */
      nav { position: fixed; inset: auto 0 0 0; z-index: 5; background: var(--card); border-top: 1px solid var(--line); padding-bottom: env(safe-area-inset-bottom); }
      nav .links { display: grid; grid-template-columns: repeat(5, 1fr); }
      nav .links > a, nav summary {
        flex-direction: column; gap: 0.1rem; padding: 0.4rem 0.1rem 0.35rem; font-size: 0.72rem; text-align: center; border-radius: 0;
        display: flex; align-items: center; color: var(--quiet); list-style: none; cursor: pointer; position: relative;
      }
      nav .links > a[aria-current] { background: none; }
      nav summary::-webkit-details-marker { display: none; }
      nav .links > a .count { position: absolute; top: 0.2rem; left: calc(50% + 0.5rem); }
      nav .rest { position: absolute; right: 0.5rem; bottom: calc(100% + 0.4rem); background: var(--card); border: 1px solid var(--line); border-radius: 12px; box-shadow: 0 6px 24px #0004; padding: 0.35rem; }
      footer { margin-bottom: 4.5rem; }

      /* Wider: a column at the side. */
      @media (min-width: 52rem) {
        .frame { grid-template-columns: 12.5rem minmax(0, 1fr); max-width: 96rem; margin: 0 auto; width: 100%; align-items: start; }
        nav { position: sticky; top: 0; inset: auto; border: none; background: none; padding: 0.3rem 0 1rem clamp(0.8rem, 2vw, 1.5rem); }
        nav .links { grid-template-columns: 1fr; gap: 0.15rem; }
        nav .links > a { flex-direction: row; font-size: 1rem; gap: 0.6rem; padding: 0.5rem 0.8rem; border-radius: 10px; text-align: start; }
        nav .links > a[aria-current] { background: var(--water-soft); }
        nav .links > a .count { position: static; margin-inline-start: auto; }
        main { margin: 0; }
        footer { margin-bottom: 0; padding-inline-start: calc(12.5rem + clamp(0.8rem, 3vw, 2rem)); width: 100%; }
      }
    `,
  ];

  @state() private route: Route = parseRoute(location.hash);
  @state() private loaded = new Set<string>();
  @state() private failed = '';
  private readonly phone = matchMedia('(max-width: 51.999rem)');

  constructor() {
    super();
    new WithHouse(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('hashchange', this.moved);
    this.phone.addEventListener('change', this.resized);
    void this.load();
  }
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('hashchange', this.moved);
    this.phone.removeEventListener('change', this.resized);
  }

  private readonly resized = () => this.requestUpdate();
  private readonly moved = () => {
    const before = this.route.view;
    this.route = parseRoute(location.hash);
    void this.load();
    if (this.route.view === before) return;
    window.scrollTo(0, 0);
    this.renderRoot.querySelector('nav details')?.removeAttribute('open');
    this.renderRoot.querySelector<HTMLElement>('main')?.focus();
  };

  private async load(): Promise<void> {
    const { view } = this.route;
    const entry = viewOf(view);
    document.title = entry === undefined || view === 'now' ? t.shell.title : `${this.name(view)} – ${t.shell.title}`;
    if (entry === undefined || this.loaded.has(view)) return;
    try {
      await entry.load();
      this.failed = '';
      this.loaded = new Set([...this.loaded, view]);
    } catch {
      this.failed = view;
    }
  }

  private name(view: string): string {
    return t.shell.views[view as keyof typeof t.shell.views];
  }

  private link(view: string) {
    const alarms = view === 'leaks' ? house.alarms.length : 0;
    return html`<a href=${href(view)} aria-current=${this.route.view === view ? 'page' : nothing}>
      ${icon(viewOf(view)!.icon)}<span>${this.name(view)}</span>${alarms > 0 ? html`<span class="count">${alarms}</span>` : nothing}</a>`;
  }

  private navigationBar() {
    const onBar = this.phone.matches ? navigation.slice(0, kOnPhoneBar) : navigation;
    const rest = navigation.slice(onBar.length);
    return html`<nav aria-label=${t.shell.navigation}>
      <div class="links">
        ${onBar.map((view) => this.link(view))}
        ${rest.length === 0
          ? nothing
          : html`<details>
              <summary>${icon('M5 12h.5M12 12h.5M19 12h.5')}<span>${t.shell.more}</span></summary>
              <div class="rest">${rest.map((view) => this.link(view))}</div>
            </details>`}
      </div>
    </nav>`;
  }

  private content() {
    const { view } = this.route;
    const entry = viewOf(view);
    if (house.connection === 'stranger') return html`<mr-login></mr-login>`;
    if (entry === undefined) return html`<mr-empty heading=${t.shell.noSuchView}><a href=${href('now')}>${t.shell.views.now}</a></mr-empty>`;
    if (this.failed === view) {
      return html`<mr-empty heading=${t.shell.viewFailed}>
        <p>${t.shell.viewFailedHint}</p><button @click=${() => location.reload()}>${t.shell.reload}</button></mr-empty>`;
    }
    if (!this.loaded.has(view)) return html`<p class="quiet wait" role="status">${t.shell.loading}</p>`;
    return entry.draw(this.route);
  }

  private lostLine() {
    if (house.connection !== 'lost') return nothing;
    const since = clock(house.lostSince ?? house.now(), house.devices?.time_zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
    return html`<p class="lost">${t.shell.lost(since)}</p>`;
  }

  private skip(event: Event): void {
    event.preventDefault(); // the address is the page's own
    this.renderRoot.querySelector<HTMLElement>('main')?.focus();
  }

  protected override render() {
    const stranger = house.connection === 'stranger';
    return html`
      <header>
        <a class="skip" href="#" @click=${this.skip}>${t.shell.skip}</a>
        <h1 class="logo"><img src="./favicon.svg" alt="" width="30" height="30" />${t.shell.title}</h1>
        ${stranger ? nothing : html`<mr-health></mr-health>`}
      </header>
      <div role="alert">${this.lostLine()}</div>
      ${house.status?.archive.rebuilding === true && house.connection === 'live' ? html`<mr-rebuild></mr-rebuild>` : html`<span></span>`}
      <div class="frame">
        ${stranger ? html`<span></span>` : this.navigationBar()}
        <main tabindex="-1" aria-label=${this.name(this.route.view) ?? ''}>${this.content()}</main>
      </div>
      <footer>
        ${house.status === null ? '' : `${t.shell.version(house.status.version)} · `}${t.shell.independent}
        <a href="./api/openapi.json">${t.shell.api}</a>
      </footer>
    `;
  }
}
