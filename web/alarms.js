// Alarms on top of the page, people's answers to them, and the mode of the house. Uses what app.js has to ask with.
'use strict';

const kAlarmsEveryMs = 5000;
const kModeEveryMs = 15000;
const kGravity = { info: 0, warning: 1, critical: 2 };

const kWaterRules = new Set(['burst', 'continuous_flow', 'slow_leak', 'running_toilet', 'long_use', 'away_use',
  'sprinkler_zone', 'impossible_flow']);

const alarmItems = new Map(); // number → its list item

// ---- asking

// Tells the daemon something; what it says against it stands above the alarms.
async function tell(method, path, body) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), kAnswerLimitMs);
  let problem = '';
  try {
    const response = await fetch(path, {
      method, signal: abort.signal, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
    });
    if (!response.ok) problem = (await response.json().catch(() => ({}))).detail ?? `status ${response.status}`;
  } catch (error) {
    problem = 'Millrace did not answer.';
  } finally {
    clearTimeout(timer);
  }
  const line = byId('alarms-problem');
  line.textContent = problem ? `That did not work: ${problem}` : '';
  line.hidden = !problem;
  if (problem) byId('alarms').hidden = false;
}

// ---- alarms

const kMonths = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

// The day as well when that is not today's.
function whenText(time, now) {
  if (time.slice(0, 10) === now.slice(0, 10)) return clockText(time);
  return `${Number(time.slice(8, 10))} ${kMonths[Number(time.slice(5, 7)) - 1]}, ${clockText(time)}`;
}

// The sentence says since when the water runs; this, what became of the alarm.
function stateText(alarm, now) {
  const words = [`alarm raised ${whenText(alarm.raised, now)}`];
  if (cards.size > 1 && cards.has(alarm.device)) words.push(`sensor ${alarm.device}`);
  if (alarm.state === 'acknowledged') words.push(`acknowledged by ${alarm.answered_by}`);
  if (alarm.state === 'snoozed') words.push(`snoozed until ${whenText(alarm.snoozed_until, now)}`);
  if (alarm.not_a_leak) words.push('said to be no leak');
  if (alarm.note) words.push(alarm.note);
  return words.join(' · ');
}

async function answerAlarm(id, verb, button) {
  button.disabled = true;
  const body = verb === 'snooze' ? { by: 'page', minutes: 60 } : { by: 'page' };
  await tell('POST', `api/v1/alarms/${id}/${verb}`, body);
  button.disabled = false;
  askAlarmsNow();
}

function itemOf(alarm) {
  let item = alarmItems.get(alarm.id);
  if (!item) {
    item = byId('alarm-template').content.firstElementChild.cloneNode(true);
    for (const button of item.querySelectorAll('button')) {
      button.addEventListener('click', () => answerAlarm(alarm.id, button.dataset.verb, button));
    }
    alarmItems.set(alarm.id, item);
  }
  return item;
}

function showAlarms(answer) {
  const alarms = [...answer.items].sort(
    (a, b) => kGravity[b.severity] - kGravity[a.severity] || b.id - a.id);
  for (const id of [...alarmItems.keys()]) {
    if (alarms.some((alarm) => alarm.id === id)) continue;
    alarmItems.get(id).remove();
    alarmItems.delete(id);
  }
  alarms.forEach((alarm, index) => {
    const item = itemOf(alarm);
    item.className = `alarm ${alarm.severity}`;
    const put = (selector, text) => {
      const element = item.querySelector(selector);
      if (element.textContent !== text) element.textContent = text;
    };
    put('.name', `${alarm.title} (${alarm.severity})`);
    put('.sentence', alarm.sentence);
    put('.note', stateText(alarm, answer.time));
    item.querySelector('[data-verb=acknowledge]').disabled = alarm.state === 'acknowledged';
    item.querySelector('[data-verb=not-a-leak]').hidden = !kWaterRules.has(alarm.rule) || alarm.not_a_leak;
    // Moved only when it must be, or a button would lose the focus.
    const list = byId('alarm-list');
    if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
  });
  const title = alarms.length === 0 ? 'No alarm' : alarms.length === 1 ? '1 alarm' : `${alarms.length} alarms`;
  if (byId('alarms-title').textContent !== title) byId('alarms-title').textContent = title;
  byId('alarms').hidden = alarms.length === 0 && byId('alarms-problem').hidden;
}

async function askAlarms() {
  try {
    showAlarms(await ask('api/v1/alarms'));
  } catch (error) {
    // Should it last, the banner says it; what was last known stays, for it may still run.
  }
}

// ---- the mode

async function askMode() {
  try {
    const mode = await ask('api/v1/mode');
    const choice = byId('mode');
    // "By schedule: Home", or the choice would look as if it had not been taken.
    const scheduled = choice.querySelector('[value=schedule]');
    const now = choice.querySelector(`[value=${mode.mode}]`);
    scheduled.textContent = mode.by_schedule && now ? `By schedule: ${now.textContent}` : 'By schedule';
    if (document.activeElement !== choice) choice.value = mode.by_schedule ? 'schedule' : mode.mode;
    byId('mode-choice').hidden = false;
  } catch (error) {
    // As with alarms.
  }
}

byId('mode').addEventListener('change', async () => {
  const wanted = byId('mode').value;
  await tell('PUT', 'api/v1/mode', { mode: wanted === 'schedule' ? null : wanted });
  byId('mode').blur();
  askModeNow();
});

let askAlarmsNow = () => {};
let askModeNow = () => {};
askAlarmsNow = repeat(askAlarms, kAlarmsEveryMs);
askModeNow = repeat(askMode, kModeEveryMs);
