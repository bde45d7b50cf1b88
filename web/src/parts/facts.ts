// Facts as a list of names and values, one below the other or all in a line:
//
//   html`<dl class="facts">${fact('Wi-Fi', '−55 dBm', 'very good')}</dl>`            with factStyles
//   html`<dl class="fact-line">${fact('Since', '02:10')}${fact('So far', '6.4 gal')}</dl>`   with factLineStyles
import { css, html, nothing } from 'lit';

export const fact = (name: unknown, value: unknown, note: unknown = nothing) => html`<div>
  <dt>${name}</dt>
  <dd>${value}${note === nothing || note === '' ? nothing : html`<span class="note">${note}</span>`}</dd>
</div>`;

export const factStyles = css`
  .facts { display: grid; grid-template-columns: minmax(0, 1fr); }
  .facts > div { display: grid; grid-template-columns: minmax(6rem, 2fr) minmax(0, 3fr); gap: 0.1rem 0.9rem; padding: 0.45rem 0; border-top: 1px solid var(--line); }
  .facts > div:first-child { border-top: none; }
  .facts dt { color: var(--quiet); font-size: 0.9375rem; }
  .facts dd { font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
  .facts .note { display: block; color: var(--quiet); font-size: 0.875rem; }
`;

export const factLineStyles = css`
  .fact-line { display: flex; flex-wrap: wrap; gap: 0.5rem 2rem; }
  .fact-line dt { font-size: 0.8rem; color: var(--quiet); }
  .fact-line dd { font-weight: 600; font-variant-numeric: tabular-nums; }
`;
