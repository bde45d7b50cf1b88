// Bridge, Millrace and cloud with what passes between them, as a drawing: lying on wide screens, standing on narrow
// ones. Its words stand beside it as a label.
import { css, html, svg } from 'lit';
import type { Link } from './figures';

export interface Station {
  name: string;
  state: string;
  tone: 'good' | 'warn' | 'bad' | 'quiet';
}
export interface Way {
  link: Link;
  up: string; // towards the cloud
  down: string;
}
export interface Picture {
  label: string;
  stations: readonly [Station, Station, Station];
  ways: readonly [Way, Way];
}

export const drawingStyles = css`
  .drawing svg { display: block; width: 100%; height: auto; }
  .drawing .lying { max-width: 58rem; margin-inline: auto; }
  .drawing .standing { display: none; max-width: 22rem; margin-inline: auto; }
  .drawing text { font: 14px system-ui, sans-serif; fill: var(--text); text-anchor: middle; }
  .drawing .title { font-weight: 650; font-size: 16px; }
  .drawing .state { fill: var(--quiet); font-size: 13.5px; }
  .drawing .state.good { fill: var(--good); }
  .drawing .state.warn { fill: var(--warn); }
  .drawing .state.bad { fill: var(--bad); }
  .drawing .amount { fill: var(--quiet); font-size: 13.5px; font-variant-numeric: tabular-nums; }
  .drawing .start { text-anchor: start; }
  .drawing .box { fill: var(--raised); stroke: var(--line); }
  .drawing .self .box { fill: var(--water-soft); stroke: var(--water); }
  .drawing .icon { fill: none; stroke: var(--water); stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
  .drawing .way { fill: none; stroke: var(--line); stroke-width: 3; stroke-linecap: round; }
  .drawing .live .way { stroke: var(--bar); stroke-dasharray: 2 9; }
  .drawing .waiting .way { stroke: var(--warn); stroke-dasharray: 8 7; }
  .drawing .off .way { stroke-dasharray: 2 8; }
  .drawing .tip { fill: none; stroke: var(--line); stroke-width: 2.5; stroke-linecap: round; stroke-linejoin: round; }
  .drawing .live .tip { stroke: var(--bar); }
  .drawing .waiting .tip { stroke: var(--warn); }
  @media (prefers-reduced-motion: no-preference) {
    .drawing .live .way { animation: pass 1.4s linear infinite; }
  }
  @keyframes pass { to { stroke-dashoffset: -22; } }
  @container (max-width: 44rem) {
    .drawing .lying { display: none; }
    .drawing .standing { display: block; }
  }
`;

const kIcons = [
  'M6 4h12v7H6zM12 11v4M8 20a4 4 0 0 1 8 0', // a bridge
  'M12 3c4 5 6.500 8.200 6.500 11.500a6.500 6.500 0 0 1-13 0C5.500 11.200 8 8 12 3z', // a drop
  'M7 18a4.500 4.500 0 0 1-.500-8.970A6 6 0 0 1 18 10.500a3.800 3.800 0 0 1-.500 7.500z', // a cloud
];
const kBox = { width: 184, height: 104 };

function station({ name, state, tone }: Station, index: number, x: number, y: number) {
  const middle = x + kBox.width / 2;
  return svg`<g class=${index === 1 ? 'self' : ''}>
    <rect class="box" x=${x} y=${y} width=${kBox.width} height=${kBox.height} rx="14"></rect>
    <path class="icon" transform="translate(${middle - 14} ${y + 10}) scale(1.170)" d=${kIcons[index]!}></path>
    <text class="title" x=${middle} y=${y + 62}>${name}</text>
    <text class="state ${tone}" x=${middle} y=${y + 84}>${state}</text>
  </g>`;
}

// From the first station to the second and, below, back again.
function lyingWay({ link, up, down }: Way, x: number, width: number) {
  const [from, to] = [x + 12, x + width - 12];
  return svg`<g class=${link}>
    <text class="amount" x=${x + width / 2} y="38">${up}</text>
    <path class="way" d="M${from} 50H${to - 4}"></path><path class="tip" d="M${to - 7} 43l7 7-7 7"></path>
    <path class="way" d="M${to} 82H${from + 4}"></path><path class="tip" d="M${from + 7} 75l-7 7 7 7"></path>
    <text class="amount" x=${x + width / 2} y="104">${down}</text>
  </g>`;
}

function standingWay({ link, up, down }: Way, y: number, height: number) {
  const [from, to] = [y + 10, y + height - 10];
  return svg`<g class=${link}>
    <path class="way" d="M84 ${from}V${to - 4}"></path><path class="tip" d="M77 ${to - 7}l7 7 7-7"></path>
    <path class="way" d="M108 ${to}V${from + 4}"></path><path class="tip" d="M101 ${from + 7}l7-7 7 7"></path>
    <text class="amount start" x="126" y=${y + height / 2 - 6}>${up === '' ? '' : `↓ ${up}`}</text>
    <text class="amount start" x="126" y=${y + height / 2 + 16}>${down === '' ? '' : `↑ ${down}`}</text>
  </g>`;
}

export function drawing({ label, stations, ways }: Picture) {
  const gap = 124;
  const step = kBox.width + gap;
  const fall = kBox.height + 96;
  return html`<div class="drawing">
    <svg class="lying" viewBox="-1 0 ${3 * kBox.width + 2 * gap + 2} 128" role="img" aria-label=${label}>
      ${stations.map((one, index) => station(one, index, index * step, 12))}
      ${ways.map((way, index) => lyingWay(way, kBox.width + index * step, gap))}
    </svg>
    <svg class="standing" viewBox="0 0 300 ${3 * kBox.height + 2 * 96 + 8}" role="img" aria-label=${label}>
      ${stations.map((one, index) => station(one, index, 58, 4 + index * fall))}
      ${ways.map((way, index) => standingWay(way, 4 + kBox.height + index * fall, 96))}
    </svg>
  </div>`;
}
