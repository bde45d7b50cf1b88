// Small drawings of how full or how strong something is; the words beside them say the same.
import { css, svg } from 'lit';

export function bars(full: number, tone: 'good' | 'warn' | 'bad') {
  return svg`<svg class="pictogram ${tone}" viewBox="0 0 20 16" width="20" height="16" aria-hidden="true">
    ${[0, 1, 2, 3].map((index) => svg`<rect x=${index * 5} y=${12 - index * 4} width="3.500" height=${4 + index * 4} rx="1"
      class=${index < full ? 'on' : 'off'}></rect>`)}
  </svg>`;
}

export function battery(full: number, tone: 'good' | 'warn' | 'bad') {
  return svg`<svg class="pictogram ${tone}" viewBox="0 0 28 16" width="28" height="16" aria-hidden="true">
    <rect x="0.750" y="1.750" width="23" height="12.500" rx="3" fill="none" stroke="currentColor" stroke-width="1.500"></rect>
    <rect x="25" y="5.500" width="2.500" height="5" rx="1" fill="currentColor"></rect>
    <rect x="3" y="4" width=${(18.5 * full) / 4} height="8" rx="1.500" class="on"></rect>
  </svg>`;
}

export const pictogramStyles = css`
  .pictogram { vertical-align: -2px; margin-inline-end: 0.45rem; }
  .pictogram .on { fill: currentColor; }
  .pictogram .off { fill: var(--line); }
`;
