// What the cards of bridges and sensors have in common.
import { css, html } from 'lit';
import { t } from '../../texts';
import { number } from '../../words/numbers';
import { shortHash, signalBars, signalGrade } from './condition';
import { bars } from './pictograms';

export const cardStyles = css`
  :host { display: grid; }
  article > header { display: flex; justify-content: space-between; align-items: start; gap: 0.75rem; }
  article > header h3 { font-size: 1.1rem; }
  article > header code { color: var(--quiet); }
  article > details > summary { min-height: 2rem; padding-top: 0.2rem; }
  .facts details summary { display: inline-block; }
  .facts details[open] summary { color: var(--quiet); }
`;

export function signal(kind: 'wifi' | 'radio' | 'bluetooth', dbm: number | null) {
  if (dbm === null) return html`<span class="quiet">${t.shell.unknown}</span>`;
  const grade = signalGrade(kind, dbm);
  const tone = grade === 'weak' ? 'warn' : 'good';
  return html`${bars(signalBars[grade], tone)}${t.devices.signals[grade]} <span class="quiet">${t.devices.dbm(number(dbm, 0))}</span>`;
}

// Its hash shortened; a touch shows all of it.
export function firmware(hash: string | null) {
  if (hash === null) return html`<span class="quiet">${t.shell.unknown}</span>`;
  const short = shortHash(hash);
  if (short === null) return html`<code>${hash}</code>`;
  return html`<details><summary title=${t.devices.wholeHash}><code>${short}…</code></summary><code>${hash}</code></details>`;
}
