// What the sections of the settings have in common.
import { css, html, nothing } from 'lit';
import { HouseElement } from '../../parts/element';
import { whyNot } from '../../parts/rights';
import { common } from '../../parts/styles';
import { WithDrafts } from './drafts';

export abstract class Section extends HouseElement {
  constructor() {
    super();
    new WithDrafts(this);
  }
  protected get mayNotControl(): boolean {
    return !this.house.mayControl;
  }
  protected get mayNotAdminister(): boolean {
    return !this.house.mayAdminister;
  }

  // Why controls are disabled.
  protected rights(needed: 'control' | 'admin') {
    const why = whyNot(needed);
    return why === '' ? nothing : html`<p class="notice">${why}</p>`;
  }
}

export const sectionStyles = [
  common,
  css`
    .cards { display: grid; gap: 1rem; align-items: start; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); }
    .text { max-width: 42rem; }
    form { display: grid; gap: 1.1rem; grid-template-columns: minmax(0, 1fr); }
    .head { display: grid; gap: 1.1rem 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr)); align-items: start; }
    .field input, .field select { width: 100%; max-width: 24rem; }
    .field input.narrow { max-width: 10rem; }
    input[disabled], select[disabled] { background: var(--raised); opacity: 1; }
    [aria-invalid='true'] { border-color: var(--bad); }
    .bar { min-height: 2.5rem; }
    details > summary { min-height: 2.5rem; display: flex; align-items: center; gap: 0.5rem; color: var(--water); }
    details > summary::before { content: '›'; font-size: 1.2rem; line-height: 1; width: 0.8rem; }
    details[open] > summary::before { transform: rotate(90deg); }
    details > summary::-webkit-details-marker { display: none; }
    details > * + * { margin-top: 0.6rem; }
    .facts { display: grid; grid-template-columns: minmax(7rem, max-content) minmax(0, 1fr); gap: 0.4rem 1.2rem; }
    .facts dt { color: var(--quiet); }
    .rows { display: grid; gap: 0; }
    .rows > li { padding: 0.8rem 0; border-top: 1px solid var(--line); display: grid; gap: 0.35rem; }
    .rows > li:first-child { border-top: none; padding-top: 0; }
    .rows > li:last-child { padding-bottom: 0; }
    .link { min-height: 2.5rem; display: inline-flex; align-items: center; }
  `,
];
