// What all views have in common: `static styles = [common, css`…`]`.
import { css } from 'lit';

export const common = css`
  :host { display: block; }
  * { box-sizing: border-box; }
  [hidden] { display: none !important; }
  p, h1, h2, h3, figure, ul, ol, dl, dd { margin: 0; padding: 0; }
  ul, ol { list-style: none; }
  h2 { font-size: 1.05rem; line-height: 1.3; }
  h3 { font-size: 0.95rem; line-height: 1.3; }
  a { color: var(--water); }
  code { font-family: ui-monospace, monospace; font-size: 0.92em; overflow-wrap: anywhere; }
  :focus-visible { outline: 2px solid var(--water); outline-offset: 2px; border-radius: 4px; }
  .sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

  .stack { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr); }
  .row { display: flex; flex-wrap: wrap; gap: 0.5rem 0.75rem; align-items: center; }
  .apart { justify-content: space-between; }
  .card {
    background: var(--card);
    border: 1px solid var(--line);
    border-radius: var(--radius);
    box-shadow: var(--shadow);
    padding: clamp(0.9rem, 2.5vw, 1.3rem);
  }
  .card > * + * { margin-top: 0.8rem; }
  .quiet { color: var(--quiet); }
  .small { font-size: 0.875rem; }
  .good { color: var(--good); }
  .warn { color: var(--warn); }
  .bad { color: var(--bad); }
  .number { font-variant-numeric: tabular-nums; }
  .big { font-size: clamp(2.2rem, 7vw, 3.2rem); line-height: 1.05; font-weight: 650; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
  .middle { font-size: 1.6rem; line-height: 1.15; font-weight: 600; font-variant-numeric: tabular-nums; }
  .unit { font-size: 0.55em; font-weight: 500; letter-spacing: 0; color: var(--quiet); }

  .pill {
    display: inline-flex; align-items: center; gap: 0.35rem;
    padding: 0.1rem 0.6rem; border-radius: 99px;
    background: var(--raised); font-size: 0.85rem; white-space: nowrap;
  }
  .pill.good { background: color-mix(in srgb, var(--good) 14%, var(--card)); }
  .pill.warn { background: var(--warn-soft); }
  .pill.bad { background: var(--bad-soft); }
  .notice { border-radius: 10px; padding: 0.7rem 0.9rem; background: var(--raised); }
  .notice.warn { background: var(--warn-soft); color: var(--text); }
  .notice.bad { background: var(--bad-soft); color: var(--text); }

  button, select, input, textarea { font: inherit; color: inherit; }
  button, .button {
    min-height: 2.5rem; padding: 0.35rem 0.95rem;
    border: 1px solid var(--line); border-radius: 10px;
    background: var(--card); color: var(--text);
    cursor: pointer; text-decoration: none; display: inline-flex; align-items: center; justify-content: center; gap: 0.4rem;
  }
  button:hover, .button:hover { background: var(--raised); }
  button.primary, .button.primary { background: var(--water); border-color: var(--water); color: var(--on-water); font-weight: 600; }
  button.primary:hover, .button.primary:hover { filter: brightness(1.07); }
  button.danger { color: var(--bad); }
  button.plain { border-color: transparent; background: none; }
  button[disabled] { opacity: 0.55; cursor: default; }
  button[aria-pressed='true'], button[aria-current='true'] { background: var(--water-soft); border-color: var(--water); }
  input, select, textarea {
    min-height: 2.5rem; padding: 0.35rem 0.6rem; max-width: 100%;
    border: 1px solid color-mix(in srgb, var(--quiet) 70%, transparent); border-radius: 10px; background: var(--card);
  }
  input[type='checkbox'], input[type='radio'] { min-height: 0; width: 1.15rem; height: 1.15rem; accent-color: var(--water); }
  label { font-weight: 500; }
  .field { display: grid; gap: 0.25rem; }
  .field .quiet { font-weight: 400; }

  .switch { display: inline-flex; align-items: center; gap: 0.5rem; min-height: 2.5rem; cursor: pointer; font-weight: 400; flex: none; }
  pre {
    margin: 0; padding: 0.7rem 0.9rem; max-width: 100%; border-radius: 10px; background: var(--raised); overflow-x: auto;
    font-family: ui-monospace, monospace; font-size: 0.875rem;
  }
  pre.wrap { white-space: pre-wrap; overflow-wrap: anywhere; }
  .track { height: 0.55rem; border-radius: 99px; background: var(--raised); overflow: hidden; } /* its div is how far */
  .track div { height: 100%; border-radius: 99px; background: var(--bar); }
  .track.warn div { background: var(--warn); }
  .track.bad div { background: var(--bad); }

  .scroll { overflow-x: auto; max-width: 100%; position: relative; } /* holds what is only said, too */
  table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
  th, td { text-align: start; padding: 0.4rem 0.6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
  th { font-weight: 600; font-size: 0.875rem; color: var(--quiet); white-space: nowrap; }
  td.number, th.number { text-align: end; }
  details > summary { cursor: pointer; }

  /* A dot breathes, and not the words: half faded they could not be read. */
  .wait::before { content: ''; display: inline-block; width: 0.55em; height: 0.55em; margin-inline-end: 0.5em; border-radius: 50%; background: currentColor; }
  @media (prefers-reduced-motion: no-preference) {
    .wait::before { animation: breathe 1.6s ease-in-out infinite alternate; }
  }
  @keyframes breathe { from { opacity: 1; } to { opacity: 0.45; } }
`;
