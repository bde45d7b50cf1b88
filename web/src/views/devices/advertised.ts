// What pucks and meters that are heard by Bluetooth have in common on their cards.
import { html, nothing } from 'lit';
import type { Puck, Sensor } from '../../api/client';
import { fact } from '../../parts/facts';
import { bluetoothTexts, speakOfBluetooth } from '../../texts/bluetooth';
import { t } from '../../texts';
import { number, percent } from '../../words/numbers';
import { signal } from './card_parts';
import { batteryBars, chargeLevel } from './condition';
import { battery } from './pictograms';

// Before anything of it is drawn.
await speakOfBluetooth();

type Says = Puck | NonNullable<Sensor['bluetooth']>;

function charge(says: Says) {
  const text = bluetoothTexts;
  const level = chargeLevel(says.battery_percent, says.battery_low);
  const volts = says.voltage_mv === null ? nothing : html`<span class="quiet">${t.devices.volts(number(says.voltage_mv / 1000, 2, 2))}</span>`;
  if (level === null && says.battery_low === null && says.voltage_mv === null) return nothing;
  const tone = level === 'low' ? 'bad' : level === 'weak' ? 'warn' : 'good';
  const drawing = level === null ? nothing : battery(batteryBars[level], tone);
  const words = says.battery_percent !== null ? percent(says.battery_percent / 100) : says.battery_low === null ? nothing : says.battery_low ? text.batteryLow : text.batteryFine;
  const hint = level === 'low' && says.battery_percent !== null ? html`<span class="bad">${text.batteryLow}</span>` : nothing;
  return fact(t.devices.battery, html`${drawing}${words} ${volts}`, hint);
}

// Only what it says; few devices say everything.
export const advertisedFacts = (says: Says) => html`
  ${charge(says)}
  ${says.temperature_celsius === null ? nothing : fact(t.devices.temperature, t.devices.celsius(number(says.temperature_celsius, 1)))}
  ${says.humidity_percent === null ? nothing : fact(bluetoothTexts.humidity, percent(says.humidity_percent / 100))}
  ${fact(bluetoothTexts.signal, signal('bluetooth', says.rssi_dbm))}
`;

// The daemon's sentence, in the page's language where that knows it.
export function problemOf(problem: string | null) {
  if (problem === null) return nothing;
  const known = bluetoothTexts.problems[problem];
  return known === undefined ? html`<p class="notice warn" lang="en">${problem}</p>` : html`<p class="notice warn">${known}</p>`;
}
