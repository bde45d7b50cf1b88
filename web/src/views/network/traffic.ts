// What passes between a bridge, Millrace and the cloud: by kind for everybody, by packet, size and gap for the curious.
import { css, html, nothing, svg } from 'lit';
import type { Schemas } from '../../api/client';
import { t } from '../../texts';
import { bytes, number } from '../../words/numbers';
import { type Bar, bars, type Basis, byKind, byType, inBasis, type Row } from './figures';

type Both = Schemas['TrafficBothWays'];

export const trafficStyles = css`
  .figures { display: grid; gap: 1rem 2rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); align-items: start; }
  .figures > * > * + * { margin-top: 0.4rem; }
  .bar { display: block; width: 100%; height: 0.8rem; min-width: 3rem; }
  .bar rect { fill: var(--bar); }
  .histogram th, .histogram td { padding: 0.15rem 0.5rem; border: none; vertical-align: middle; }
  .histogram td:nth-child(2) { width: 60%; }
  tbody th { white-space: normal; color: var(--text); font-weight: 500; font-size: 1rem; }
  @media (max-width: 36rem) { thead th { white-space: normal; } th, td { padding-inline: 0.35rem; } }
  tbody th .quiet { font-weight: 400; }
`;

function relayed(row: Row): string {
  const text = t.network.where;
  const all = row.up.count + row.down.count;
  const on = row.up.relayed + row.down.relayed;
  return on === 0 ? text.here : on === all ? text.relayed : text.both(number(all - on, 0), number(on, 0));
}

const amount = (tally: { count: number; bytes: number }, basis: Basis) =>
  tally.count === 0
    ? html`<span class="quiet">–</span>`
    : html`${number(inBasis(tally.count, basis), 0)}<div class="small quiet">${bytes(inBasis(tally.bytes, basis))}</div>`;

export function kindsTable(both: Both, basis: Basis) {
  const text = t.network;
  const rows = byKind(both);
  if (rows.length === 0) return html`<p class="quiet">${text.nothingPassed}</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${text.passes}><table data-part="kinds">
    <thead><tr><th scope="col">${text.kind}</th><th scope="col" class="number">${text.fromBridge}</th>
      <th scope="col" class="number">${text.toBridge}</th><th scope="col">${text.where.name}</th></tr></thead>
    <tbody>${rows.map(
      (row) => html`<tr><th scope="row">${text.kinds[row.name] ?? row.name}</th>
        <td class="number">${amount(row.up, basis)}</td><td class="number">${amount(row.down, basis)}</td><td class="small">${relayed(row)}</td></tr>`,
    )}</tbody>
  </table></div>`;
}

export function typesTable(both: Both) {
  const text = t.network;
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${text.packets}><table>
    <thead><tr><th scope="col">${text.packet}</th><th scope="col" class="number">${text.fromBridge}</th><th scope="col" class="number">${text.toBridge}</th></tr></thead>
    <tbody>${byType(both).map(
      (row) => html`<tr><th scope="row"><code>${row.name.toUpperCase()}</code><div class="small quiet">${text.packetTypes[row.name] ?? ''}</div></th>
        <td class="number">${number(row.up.count, 0)}</td><td class="number">${number(row.down.count, 0)}</td></tr>`,
    )}</tbody>
  </table></div>`;
}

export function qosTable(both: Both) {
  const text = t.network;
  const { to_cloud: up, to_bridge: down } = both;
  return html`<table>
    <thead><tr><th scope="col">${text.qos}</th><th scope="col" class="number">${text.fromBridge}</th><th scope="col" class="number">${text.toBridge}</th></tr></thead>
    <tbody>
      ${(['0', '1', '2'] as const).map(
        (qos) => html`<tr><th scope="row">${text.qosWords[qos]}</th><td class="number">${number(up.messages_by_qos[qos], 0)}</td><td class="number">${number(down.messages_by_qos[qos], 0)}</td></tr>`,
      )}
      <tr><th scope="row">${text.repeated}</th><td class="number">${number(up.repeated, 0)}</td><td class="number">${number(down.repeated, 0)}</td></tr>
      <tr><th scope="row">${text.retained}</th><td class="number">${number(up.retained, 0)}</td><td class="number">${number(down.retained, 0)}</td></tr>
    </tbody></table>`;
}

function histogram(heading: string, histogram: Schemas['Histogram'], unit: (value: number) => string) {
  const text = t.network;
  const found = bars(histogram.buckets);
  const name = (bar: Bar) => (bar.atMost === null ? text.moreThan(unit(bar.above ?? 0)) : text.upTo(unit(bar.atMost)));
  return html`<div>
    <h4>${heading}</h4>
    ${found.length === 0
      ? html`<p class="quiet small">${text.nothingPassed}</p>`
      : html`<p class="small quiet">${text.average(unit(histogram.sum / Math.max(1, histogram.count)))}</p>
          <table class="histogram small">
          <thead class="sr"><tr><th scope="col">${text.size}</th><th scope="col">${text.share}</th><th scope="col">${text.howMany}</th></tr></thead>
          <tbody>${found.map(
            (bar) => html`<tr><th scope="row">${name(bar)}</th>
              <td><svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">${bar.count === 0 ? nothing : svg`<rect width=${Math.max(0.7, bar.share * 100)} height="8" rx="1"></rect>`}</svg></td>
              <td class="number">${number(bar.count, 0)}</td></tr>`,
          )}</tbody></table>`}
  </div>`;
}

const shortTime = (value: number): string =>
  value < 1 ? t.network.milliseconds(number(value * 1000, 0)) : value < 60 ? t.words.seconds(number(value, 1)) : t.words.minutes(number(value / 60, 0));

export function histograms(both: Both) {
  const text = t.network;
  return html`<div class="figures">
    ${histogram(text.sizesUp, both.to_cloud.packet_bytes, bytes)}
    ${histogram(text.sizesDown, both.to_bridge.packet_bytes, bytes)}
    ${histogram(text.gapsUp, both.to_cloud.gap_seconds, shortTime)}
    ${histogram(text.gapsDown, both.to_bridge.gap_seconds, shortTime)}
  </div>`;
}
