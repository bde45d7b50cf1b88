// The first page: asks the public API and shows what it says. No framework, no build step, relative addresses only, so
// that it works under any base path. All text goes in as text, never as markup.
'use strict';

const kDevicesEveryMs = 2000;
const kStatusEveryMs = 10000;
const kUsageEveryMs = 30000;
const kAnswerLimitMs = 8000;
// One missed answer is a hiccup; after two the page says so.
const kMissesBeforeLost = 2;

const kUnitNames = { L: 'L', m3: 'm³', gal: 'gal', ft3: 'ft³', ccf: 'CCF' };
const kFlowUnitNames = { 'L/min': 'L/min', 'm3/h': 'm³/h', 'gal/min': 'gal/min', 'ft3/min': 'ft³/min' };
const kSvg = 'http://www.w3.org/2000/svg';

const byId = (id) => document.getElementById(id);
const cards = new Map(); // sensor uuid → its section
const usages = new Map(); // sensor uuid → the last usage answer
let lastAnswer = null;
let misses = 0;

// ---- asking

// The daemon does not know who asks.
class Unknown extends Error {}

async function ask(path) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), kAnswerLimitMs);
  try {
    const response = await fetch(path, { signal: abort.signal, cache: 'no-store' });
    if (response.status === 401) throw new Unknown();
    if (!response.ok) throw new Error(`status ${response.status}`);
    return await response.json();
  } finally {
    clearTimeout(timer);
  }
}

// Runs a task now and then again and again, never twice at once. A hidden page rests; shown again, it asks at once.
function repeat(task, everyMs) {
  let timer = null;
  let busy = false;
  const turn = async () => {
    clearTimeout(timer);
    if (busy) return;
    if (!document.hidden) {
      busy = true;
      try { await task(); } finally { busy = false; }
    }
    timer = setTimeout(turn, everyMs);
  };
  document.addEventListener('visibilitychange', () => { if (!document.hidden) turn(); });
  // The answers need all scripts, so nothing is asked before the last of them has run.
  document.addEventListener('DOMContentLoaded', turn, { once: true });
  return turn;
}

// ---- words

function volumeText(value) {
  if (value === null || value === undefined) return '–';
  const digits = value >= 1000 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
  return value.toLocaleString('en', { minimumFractionDigits: 0, maximumFractionDigits: digits });
}

function flowText(value) {
  if (value === null) return '–';
  if (value === 0) return '0';
  return value.toLocaleString('en', { minimumFractionDigits: 1, maximumFractionDigits: value < 10 ? 2 : 1 });
}

const secondsBetween = (time, now) => Math.max(0, Math.round((Date.parse(now) - Date.parse(time)) / 1000));

function spanText(seconds) {
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

function agoText(time, now) {
  const seconds = secondsBetween(time, now);
  return seconds < 5 ? 'just now' : `${spanText(seconds)} ago`;
}

// The API gives times in the site's zone, so the site's clock can be read off the text whatever zone the browser has.
const clockText = (time) => time.slice(11, 16);
const hourText = (bucket) => `${clockText(bucket.start)} to ${clockText(bucket.end)}`;

// ---- sensors

function cardOf(sensor) {
  let card = cards.get(sensor.uuid);
  if (!card) {
    card = byId('sensor-template').content.firstElementChild.cloneNode(true);
    card.querySelector('h2').id = `sensor-${cards.size}`;
    card.setAttribute('aria-labelledby', card.querySelector('h2').id);
    cards.set(sensor.uuid, card);
    byId('sensors').append(card);
    // The drawing has the size it is shown at, so that its text is never stretched.
    new ResizeObserver(() => { if (usages.has(sensor.uuid)) drawChart(card, usages.get(sensor.uuid)); }).observe(card);
    askUsageNow();
  }
  return card;
}

function showSensor(sensor, devices) {
  const card = cardOf(sensor);
  const put = (selector, text) => {
    for (const element of card.querySelectorAll(selector)) if (element.textContent !== text) element.textContent = text;
  };
  put('h2', `Sensor ${sensor.uuid}`);
  put('.flow', flowText(sensor.flow));
  put('.flow-unit', kFlowUnitNames[devices.flow_unit] ?? devices.flow_unit);
  put('.volume-unit', kUnitNames[devices.unit] ?? devices.unit);
  put('.today', volumeText(sensor.today));
  put('.lifetime', volumeText(sensor.lifetime));
  put('.zone', ` (${devices.time_zone})`);
  put('.per-peak', sensor.volume_per_peak_ml.toLocaleString('en', { maximumFractionDigits: 1 }));
  const bridge = devices.bridges.find((candidate) => candidate.uuid === sensor.bridge);
  const deaf = bridge !== undefined && !bridge.connected;
  let state = 'No water is running';
  if (sensor.running === null) state = 'Not known: messages are sealed';
  else if (deaf) state = 'Not known: the bridge is not connected';
  else if (sensor.estimated) state = sensor.running ? 'Water seems to run' : 'No water seems to run';
  else if (sensor.running) state = 'Water is running';
  if (sensor.estimated && !deaf) {
    state += ` (estimated); today at least ${volumeText(sensor.estimate.today_at_least)} ` +
      (kUnitNames[devices.unit] ?? devices.unit);
  }
  put('.state-text', state);
  if (deaf) put('.flow', '–');
  card.classList.toggle('running', sensor.running === true && !deaf);
  card.querySelector('.uncalibrated').hidden = sensor.calibrated;
  for (const mark of card.querySelectorAll('.approx')) {
    // Zero is zero whatever a turn is worth.
    mark.hidden = sensor.calibrated || ['–', '0'].includes(mark.nextElementSibling.textContent);
  }
  card.querySelector('.sealed').hidden = sensor.readings_known;

  const seen = [];
  seen.push(sensor.last_reading ? `Last reading ${agoText(sensor.last_reading, devices.time)}` : 'No reading yet');
  if (sensor.last_seen) seen.push(`last heard ${agoText(sensor.last_seen, devices.time)}`);
  if (sensor.battery_mv !== null) seen.push(`battery ${(sensor.battery_mv / 1000).toFixed(2)} V`);
  if (sensor.rssi_dbm !== null) seen.push(`signal ${sensor.rssi_dbm} dBm`);
  put('.seen', seen.join(' · '));
}

function showBridges(devices) {
  const items = devices.bridges.map((bridge) => {
    const item = document.createElement('li');
    const name = document.createElement('p');
    name.className = 'name';
    name.textContent = `Bridge ${bridge.uuid}`;
    const note = document.createElement('p');
    note.className = bridge.connected ? 'note' : 'note bad';
    const words = [bridge.connected ? 'connected' : 'not connected'];
    if (bridge.connected && bridge.connected_since) {
      words[0] += ` for ${spanText(secondsBetween(bridge.connected_since, devices.time))}`;
    }
    if (bridge.last_seen) words.push(`last heard ${agoText(bridge.last_seen, devices.time)}`);
    if (bridge.wifi_rssi_dbm !== null) words.push(`Wi-Fi ${bridge.wifi_rssi_dbm} dBm`);
    if (bridge.cloud_path === 'relay') words.push('its cloud answers');
    if (bridge.cloud_path === 'standing_in') words.push('its cloud is away, Millrace stands in');
    if (bridge.cloud_path === 'catching_up') words.push('its cloud is being given what it missed');
    if (bridge.waiting_for_cloud > 0) words.push(`${bridge.waiting_for_cloud} messages wait for the cloud`);
    if (!bridge.has_key && bridge.frames_unopened > 0) words.push('no key for its sealed messages');
    note.textContent = words.join(' · ');
    item.append(name, note);
    return item;
  });
  byId('bridge-list').replaceChildren(...items);
  byId('bridges').hidden = items.length === 0;
}

function showWaiting(devices) {
  const section = byId('waiting');
  section.hidden = devices.sensors.length > 0;
  if (!section.hidden) {
    const heard = devices.bridges.length > 0;
    byId('waiting-title').textContent =
      heard ? 'The bridge is here, waiting for its sensor' : 'Waiting for your bridge';
    byId('waiting-text').textContent = heard
      ? 'The sensor on the meter reports through the bridge. As soon as its first reading arrives, it shows here by ' +
        'itself.'
      : 'Millrace is running and listening. As soon as your bridge connects and its sensor reports, flow and use ' +
        'show here by themselves. The README says how to point the bridge here.';
  }
}

function showDevices(devices) {
  for (const sensor of devices.sensors) showSensor(sensor, devices);
  for (const [uuid, card] of cards) {
    if (devices.sensors.some((sensor) => sensor.uuid === uuid)) continue;
    card.remove();
    cards.delete(uuid);
    usages.delete(uuid);
  }
  showBridges(devices);
  showWaiting(devices);
}

// ---- the chart

function svgElement(name, attributes, text) {
  const element = document.createElementNS(kSvg, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

// A round number at or above the highest bar, so that the two grid lines have speakable values.
function niceTop(value) {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 3, 4, 5, 6, 8, 10].map((step) => step * power).find((top) => top >= value * 0.999);
}

function drawChart(card, usage) {
  const svg = card.querySelector('.chart');
  const width = Math.max(svg.clientWidth, 200);
  const height = Math.max(svg.clientHeight, 120);
  const items = usage.items;
  const unit = kUnitNames[usage.unit] ?? usage.unit;
  const highest = Math.max(0, ...items.map((item) => item.volume));
  const top = niceTop(highest);
  const left = 8 + 7 * Math.max(volumeText(top).length, volumeText(top / 2).length);
  const bottom = height - 20;
  const high = 10;
  const yOf = (volume) => bottom - (volume / top) * (bottom - high);
  const slot = (width - left) / Math.max(items.length, 1);
  const parts = [];

  for (const value of highest > 0 ? [top, top / 2] : []) {
    parts.push(svgElement('line', { x1: left, x2: width, y1: yOf(value), y2: yOf(value) }));
    parts.push(svgElement('text', { x: 0, y: yOf(value) + 4 }, volumeText(value)));
  }
  parts.push(svgElement('line', { class: 'base', x1: left, x2: width, y1: bottom + 0.5, y2: bottom + 0.5 }));
  const labelEvery = slot < 13 ? 6 : slot < 26 ? 3 : 2;
  items.forEach((item, index) => {
    const group = svgElement('g', index === items.length - 1 ? { class: 'current' } : {});
    const x = left + index * slot;
    const tall = item.volume > 0 ? Math.max(2, bottom - yOf(item.volume)) : 0;
    group.append(svgElement('rect', { class: 'hit', x, y: high, width: slot, height: bottom - high }));
    group.append(svgElement('rect', {
      class: 'bar', x: x + slot * 0.12, y: bottom - tall, width: slot * 0.76, height: tall, rx: Math.min(3, slot / 5),
    }));
    const say = `${hourText(item)}: ${volumeText(item.volume)} ${unit}`;
    group.addEventListener('pointerenter', () => { card.querySelector('.pointed').textContent = say; });
    group.addEventListener('pointerleave', () => { card.querySelector('.pointed').textContent = ''; });
    parts.push(group);
    const hour = Number(item.start.slice(11, 13));
    if (hour % labelEvery === 0 && item.start.slice(14, 16) < '30') {
      const middle = x + slot / 2;
      // At the right edge a label would stand out of the card or be pushed into its neighbour.
      if (middle + 17 <= width + 8) {
        parts.push(svgElement('text', { class: 'hour', x: middle, y: height - 4 }, clockText(item.start)));
      }
    }
  });
  if (highest === 0) {
    const middle = { class: 'hour', x: left + (width - left) / 2, y: height / 2 };
    parts.push(svgElement('text', middle, 'No water was counted in these hours.'));
  }
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.replaceChildren(...parts);
}

function showUsage(uuid, usage) {
  const card = cards.get(uuid);
  if (!card) return;
  const unit = kUnitNames[usage.unit] ?? usage.unit;
  const mark = usage.calibrated ? '' : ' (uncalibrated)';
  card.querySelector('.chart-total').textContent = `${volumeText(usage.volume)} ${unit}${mark}`;
  card.querySelector('.table-unit').textContent = `Water in ${unit}${mark}`;
  const most = usage.items.reduce((a, b) => (b.volume > a.volume ? b : a), { volume: 0 });
  card.querySelector('.chart').setAttribute('aria-label',
    `Water used in each of the last ${usage.items.length} hours: ${volumeText(usage.volume)} ${unit} in all${mark}` +
    (most.start ? `, most from ${hourText(most)} with ${volumeText(most.volume)} ${unit}.` : '.') +
    ' The table below has every hour.');
  card.querySelector('tbody').replaceChildren(...usage.items.map((item) => {
    const row = document.createElement('tr');
    const hour = document.createElement('th');
    hour.scope = 'row';
    hour.textContent = clockText(item.start);
    const volume = document.createElement('td');
    volume.textContent = volumeText(item.volume);
    row.append(hour, volume);
    return row;
  }));
  drawChart(card, usage);
}

// ---- the three questions

async function askDevices() {
  try {
    const devices = await ask('api/v1/devices');
    showDevices(devices);
    lastAnswer = devices.time;
    if (misses >= kMissesBeforeLost) { askUsageNow(); askStatusNow(); }
    misses = 0;
    showLogin(false);
  } catch (error) {
    if (error instanceof Unknown) {
      misses = 0;
      setHealth('Log in to see your water', '');
      showLogin(true);
    } else {
      misses += 1;
    }
  }
  const lost = misses >= kMissesBeforeLost;
  const banner = byId('lost');
  document.body.classList.toggle('stale', lost);
  if (lost) {
    const text = 'No connection to Millrace. ' + (lastAnswer ? `What you see is from ${clockText(lastAnswer)}. ` : '') +
      'Trying again every few seconds; you need not reload.';
    if (banner.textContent !== text) banner.textContent = text;
    setHealth('Not reachable', 'bad');
  }
  banner.hidden = !lost;
}

async function askUsage() {
  for (const uuid of cards.keys()) {
    try {
      const usage = await ask(`api/v1/sensors/${encodeURIComponent(uuid)}/usage?bucket=hour`);
      usages.set(uuid, usage);
      showUsage(uuid, usage);
    } catch (error) {
      const card = cards.get(uuid);
      if (!card || usages.has(uuid)) continue;
      card.querySelector('.chart-total').textContent = 'The history cannot be read just now.';
    }
  }
}

function setHealth(text, kind) {
  const line = byId('health');
  if (line.textContent !== text) line.textContent = text;
  line.className = kind;
}

async function askStatus() {
  try {
    const status = await ask('api/v1/status');
    byId('version').textContent = `Millrace ${status.version}`;
    const ill = status.health.filter((item) => !item.ok);
    if (ill.length === 0) setHealth('Millrace works well', 'good');
    else setHealth(ill.map((item) => item.detail || `${item.part} is not well`).join(' · '), 'bad');
  } catch (error) {
    // The banner of askDevices says it, should it last.
  }
}

let askUsageNow = () => {};
let askStatusNow = () => {};
askStatusNow = repeat(askStatus, kStatusEveryMs);
repeat(askDevices, kDevicesEveryMs);
askUsageNow = repeat(askUsage, kUsageEveryMs);
