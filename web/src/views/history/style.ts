// The look of the history.
import { css } from 'lit';

export const style = css`
  .steering { display: grid; gap: 0.8rem; }
  .tabs { display: flex; background: var(--raised); border-radius: 12px; padding: 0.2rem; gap: 0.15rem; }
  .tabs a {
    flex: 1 1 auto; text-align: center; min-height: 2.5rem; display: grid; place-items: center; padding: 0.2rem 0.4rem;
    border-radius: 10px; color: var(--text); text-decoration: none; font-size: 0.95rem;
  }
  .tabs a:hover { background: color-mix(in srgb, var(--card) 60%, transparent); }
  .tabs a[aria-current] { background: var(--card); box-shadow: var(--shadow); font-weight: 600; color: var(--water); }
  .time { gap: 0.4rem; }
  .time h2 { flex: 1 1 0; min-width: 9rem; text-align: center; font-size: 1.15rem; }
  .time .pick { flex: 1 0 100%; justify-content: center; }
  .step { flex: none; width: 2.75rem; padding: 0; font-size: 1.5rem; line-height: 1; }
  @media (min-width: 72rem) {
    .steering { grid-template-columns: minmax(22rem, 30rem) minmax(0, 1fr); align-items: center; }
    .time { justify-content: flex-end; flex-wrap: nowrap; }
    .time h2 { flex: 0 1 auto; min-width: 0; padding-inline: 0.3rem; }
    .time .pick { flex: 0 0 auto; flex-wrap: nowrap; }
  }
  .head { align-items: flex-start; }
  .sum { display: grid; gap: 0.2rem; }
  .compared { max-width: 38rem; }
  .choices { align-items: flex-end; }
  .choices .field { font-size: 0.875rem; min-width: 0; }
  .choices select { min-width: 8.5rem; max-width: 15rem; }
  @media (max-width: 34rem) {
    .choices { width: 100%; display: grid; grid-template-columns: 1fr 1fr; }
    .choices select { width: 100%; min-width: 0; }
    .choices:not(.near) button { grid-column: 1 / -1; }
  }
  .first mr-chart { --chart-height: clamp(220px, 38vh, 420px); }
  mr-chart.heat { --chart-height: clamp(240px, 40vh, 440px); }
  mr-chart.flow { --chart-height: 180px; }
  .lower { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); align-items: start; }
  @media (min-width: 70rem) { .lower:has(.flow) { grid-template-columns: minmax(0, 3fr) minmax(20rem, 2fr); } }
  .figures { display: grid; gap: 1.2rem 2rem; grid-template-columns: repeat(auto-fit, minmax(min(17rem, 100%), 1fr)); }
  .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: 0.9rem 1.2rem; align-content: start; }
  .tiles dt { font-size: 0.875rem; color: var(--quiet); }
  .legend { display: flex; flex-wrap: wrap; gap: 0.35rem 1.2rem; font-size: 0.9rem; }
  .legend li { display: inline-flex; align-items: center; gap: 0.4rem; }
  .swatch { display: inline-block; width: 0.85rem; height: 0.85rem; border-radius: 3px; flex: none; vertical-align: -0.1em; }
  .hatched { background: repeating-linear-gradient(135deg, var(--quiet) 0 1px, var(--raised) 1px 5px); border: 1px solid var(--line); }
  .scale { gap: 0.4rem; }
  .ramp { width: 6rem; height: 0.7rem; border-radius: 4px; background: linear-gradient(90deg, color-mix(in srgb, var(--water) 8%, var(--card)), var(--water)); border: 1px solid var(--line); }
  .rows { max-height: 24rem; overflow-y: auto; margin-top: 0.6rem; }
  .rows thead th { position: sticky; top: 0; background: var(--card); }
  .rows tbody th { font-weight: 400; color: var(--text); font-size: 1rem; }
  summary { min-height: 2.5rem; display: list-item; align-content: center; }
  .downloads { gap: 0.5rem; align-content: start; }
  section[aria-busy='true'] mr-chart { transition: opacity 0.3s 0.25s; opacity: 0.65; }
`;
