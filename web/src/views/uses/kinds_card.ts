// What used the water: each kind's share of the month as a bar, with its figures, and what is worth knowing of them.
import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Schemas } from '../../api/client';
import { categoryColour, categoryIcon, categoryName } from '../../parts/categories';
import { HouseElement } from '../../parts/element';
import { styled } from '../../parts/styled';
import { common } from '../../parts/styles';
import { kindTexts } from '../../texts/kinds';
import { t } from '../../texts';
import { percent, volumeWithUnit } from '../../words/numbers';
import { hintSentence } from './hints';
import { thirstiestFirst } from './sums';

@customElement('mr-uses-kinds')
export class UsesKinds extends HouseElement {
  static override styles = [
    common,
    css`
      .parts { display: grid; gap: 1rem 2rem; grid-template-columns: minmax(0, 1fr); }
      @media (min-width: 70rem) { .parts:has(ul) { grid-template-columns: minmax(0, 5fr) minmax(16rem, 2fr); } }
      td, thead th + th { text-align: end; white-space: nowrap; }
      tbody th { width: 60%; white-space: normal; color: var(--text); font-size: 1rem; font-weight: 400; }
      tbody tr:last-child > * { border: none; }
      .kind { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: 0.2rem 0.5rem; align-items: center; }
      .track { grid-column: 1 / -1; }
      li { padding: 0.35rem 0; }
      li + li { border-top: 1px solid var(--line); }
      @media (max-width: 36rem) {
        th, td { padding-inline: 0.25rem; font-size: 0.875rem; }
        .kind { grid-template-columns: auto minmax(min-content, 1fr); }
        .share { grid-column: 1 / -1; }
      }
    `,
  ];
  @property({ attribute: false }) answer: Schemas['Categories'] | null = null;
  @property({ type: Boolean }) guessed = false; // volumes rest on a guess

  private row(kind: Schemas['CategoryWater'], water: (volume: number) => string) {
    return html`<tr>
      <th scope="row"><div class="kind">
        ${categoryIcon(kind.category)}<span>${categoryName(kind.category)}</span>
        <span class="share small quiet number">${kindTexts.share(percent(kind.month_share), kind.month_uses)}</span>
        <div class="track"><div ${styled({ width: `${kind.month_share * 100}%`, background: categoryColour(kind.category) })}></div></div>
      </div></th>
      <td>${water(kind.month)}</td><td>${water(kind.today)}</td><td>${water(kind.total)}</td>
    </tr>`;
  }

  protected override render() {
    const { answer } = this;
    if (answer === null || answer.categories.length === 0) return nothing;
    const about = this.guessed ? '≈\u202f' : '';
    const water = (volume: number) => about + volumeWithUnit(volume, answer.unit);
    const hints = answer.hints.map((hint) => hintSentence(hint, answer.unit, about)).filter((sentence) => sentence !== null);
    return html`<section class="card" data-part="kinds">
      <h3>${kindTexts.title}</h3>
      <div class="parts">
        <div class="scroll" tabindex="0" role="region" aria-label=${kindTexts.title}><table>
          <thead><tr><th scope="col">${t.uses.kinds}</th><th scope="col">${kindTexts.month}</th><th scope="col">${t.now.today}</th><th scope="col">${kindTexts.total}</th></tr></thead>
          <tbody>${thirstiestFirst(answer.categories).map((kind) => this.row(kind, water))}</tbody>
        </table></div>
        ${hints.length === 0 ? nothing : html`<ul aria-label=${kindTexts.hints}>${hints.map((sentence) => html`<li>${sentence}</li>`)}</ul>`}
      </div>
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'mr-uses-kinds': UsesKinds;
  }
}
