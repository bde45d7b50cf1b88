// What holds in this browser only: language, colours, and as whom one is here.
import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { logOut } from '../../shell/login';
import { chosenTheme, setTheme, type Theme } from '../../shell/theme';
import { chosenLanguage, type Language, languages, setLanguage, t } from '../../texts';
import { choiceField } from './field';
import { Section, sectionStyles } from './section';

const kVersion: string = import.meta.env['VITE_VERSION'];
const themes: readonly Theme[] = ['auto', 'light', 'dark'];

@customElement('mr-settings-browser')
export class BrowserSection extends Section {
  static override styles = sectionStyles;

  private looks() {
    const text = t.settings.browser;
    const chosen = (chosenLanguage() ?? '') as Language | '';
    return html`<div class="card">
      <form>
        ${choiceField<Language | ''>({
          id: 'language',
          label: text.language,
          value: chosen,
          disabled: false,
          options: [['', text.languageAuto], ...(Object.entries(languages) as [Language, string][])],
          changed: (language) => setLanguage(language === '' ? null : language),
        })}
        ${choiceField<Theme>({
          id: 'theme',
          label: text.theme,
          value: chosenTheme(),
          disabled: false,
          options: themes.map((theme) => [theme, text.themes[theme]] as const),
          changed: setTheme,
        })}
      </form>
      <p class="small quiet">${text.onlyHere}</p>
    </div>`;
  }

  private who() {
    const text = t.settings.browser;
    const { session } = this.house;
    if (session === null) return html`<p class="quiet wait" role="status">${t.shell.loading}</p>`;
    return html`<p>${text.grantedBy[session.granted_by]}</p>
      <dl class="facts">
        ${session.token === null ? nothing : html`<dt>${text.token}</dt><dd>${session.token}</dd>`}
        <dt>${text.may}</dt><dd>${text.scopes[session.scope]}</dd>
      </dl>
      ${session.granted_by === 'session' ? html`<button @click=${() => void logOut()}>${t.shell.login.out}</button>` : nothing}`;
  }

  protected override render() {
    const text = t.settings.browser;
    const daemon = this.house.status?.version;
    return html`<div class="cards">
      ${this.looks()}
      <div class="card"><h3>${text.who}</h3>${this.who()}</div>
      <div class="card">
        <h3>${text.page}</h3>
        <p>${kVersion}</p>
        ${daemon === undefined || daemon === kVersion
          ? nothing
          : html`<p class="notice warn">${text.otherVersion(daemon)}</p>
              <button @click=${() => location.reload()}>${t.shell.reload}</button>`}
      </div>
    </div>`;
  }
}
