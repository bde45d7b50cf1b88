// The look of a chart, around what uPlot draws.
import { css } from 'lit';

export const style = css`
  :host { display: block; position: relative; }
  .plot { height: var(--chart-height, 220px); outline-offset: 3px; border-radius: 6px; position: relative; }
  .u-over { cursor: crosshair; touch-action: pan-y; }
  .u-select { background: color-mix(in srgb, var(--water) 18%, transparent); }
  .u-cursor-x { border-color: var(--quiet) !important; }
  .tip {
    position: absolute; z-index: 2; top: 0; pointer-events: none; white-space: pre-line; max-width: min(20rem, 90%); width: max-content;
    background: color-mix(in srgb, var(--card) 92%, transparent); border: 1px solid var(--line); border-radius: 8px;
    box-shadow: var(--shadow); padding: 0.25rem 0.55rem; font-size: 0.85rem; line-height: 1.4; font-variant-numeric: tabular-nums;
  }
  .zoom { gap: 0.35rem 1rem; margin-top: 0.35rem; }
  .keys { flex: 1 1 auto; }
  .buttons { gap: 0.35rem; flex-wrap: nowrap; margin-inline-start: auto; }
  .buttons button { padding: 0.2rem 0.8rem; min-width: 2.5rem; }
`;
