// Says what a use was: its kind, and a name of one's own. Open while there is a use; `saved` when it was kept.
import type { Use } from '../../api/client';
import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type Category, categories, categoryColour, categoryIcon, categoryName } from '../../parts/categories';
import '../../parts/dialog';
import { HouseElement } from '../../parts/element';
import { problemNotice, problemText } from '../../parts/problem';
import { styled } from '../../parts/styled';
import { common } from '../../parts/styles';
import { t } from '../../texts';
import { nameUse, type Naming } from './api';

@customElement('mr-uses-naming')
export class UsesNaming extends HouseElement {
  static override styles = [
    common,
    css`
      form { display: grid; gap: 0.9rem; }
      fieldset { border: none; margin: 0; padding: 0; min-width: 0; display: grid; gap: 0.5rem; grid-template-columns: repeat(auto-fill, minmax(8.8rem, 1fr)); }
      .kind { display: flex; align-items: center; gap: 0.5rem; min-height: 2.75rem; padding: 0.3rem 0.6rem; border: 1px solid var(--line); border-radius: 10px; cursor: pointer; position: relative; line-height: 1.2; font-weight: 400; }
      .kind:hover { background: var(--raised); }
      .kind:has(:checked) { border-color: var(--water); background: var(--water-soft); font-weight: 600; }
      .kind:has(:focus-visible) { outline: 2px solid var(--water); outline-offset: 2px; }
      .kind input { position: absolute; opacity: 0; inset: 0; width: 100%; height: 100%; cursor: pointer; margin: 0; }
      .kind svg { flex: none; }
      .bar { align-self: stretch; width: 4px; border-radius: 2px; flex: none; }
      #name { width: 100%; }
    `,
  ];
  @property() sensor = '';
  @property({ attribute: false }) use: Use | null = null;
  @property() words = ''; // the use in words
  @state() private busy = false;
  @state() private problem: string | null = null;

  private submit(event: SubmitEvent): void {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const text = (name: string) => String(form.get(name) ?? '').trim() || null;
    void this.keep({ category: text('kind') as Category | null, name: text('name') });
  }

  private async keep(naming: Omit<Naming, 'by'>): Promise<void> {
    const id = this.use?.id ?? null;
    if (id === null) return;
    this.busy = true;
    try {
      await nameUse(this.sensor, id, { ...naming, by: this.house.session?.token ?? t.alarms.thisPage });
      this.problem = null;
      this.dispatchEvent(new Event('saved'));
      this.close();
    } catch (error) {
      this.problem = problemText(error);
    }
    this.busy = false;
  }

  private close(): void {
    if (this.use === null) return;
    this.use = null;
    this.problem = null;
    this.dispatchEvent(new Event('close'));
  }

  private fields(use: Use) {
    const text = t.uses;
    return html`<form @submit=${this.submit}>
      <p class="quiet">${this.words}</p>
      <fieldset>
        <legend class="sr">${text.kinds}</legend>
        ${categories.map(
          (kind) => html`<label class="kind"><input type="radio" name="kind" value=${kind} .checked=${use.category === kind} />
            <span class="bar" ${styled({ background: categoryColour(kind) })}></span>${categoryIcon(kind)}<span>${categoryName(kind)}</span></label>`,
        )}
      </fieldset>
      <label class="field">${text.ownName}<input id="name" name="name" maxlength="60" placeholder=${text.ownNameHint} .value=${use.name ?? ''} /></label>
      ${problemNotice(this.problem)}
      <div class="row">
        <button class="primary" ?disabled=${this.busy}>${t.shell.save}</button>
        ${use.category_source === 'owner' || use.name !== null
          ? html`<button type="button" ?disabled=${this.busy} @click=${() => void this.keep({ category: null, name: null })}>${text.takeBack}</button>`
          : nothing}
        <button type="button" class="plain" @click=${this.close}>${t.shell.cancel}</button>
      </div>
    </form>`;
  }

  protected override render() {
    return html`<mr-dialog heading=${t.uses.naming} ?open=${this.use !== null} @close=${this.close}>
      ${this.use === null ? nothing : this.fields(this.use)}
    </mr-dialog>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'mr-uses-naming': UsesNaming;
  }
}
