// Which sensor a view is about: the only one there is, or the one chosen last.
import { html, nothing } from 'lit';
import type { Devices } from '../api/client';
import { remember, remembered } from '../live/memory';
import { t } from '../texts';
import { sensorName } from '../words/places';

const kChoice = 'sensor';

export function chosenSensor(devices: Devices | null): string | null {
  const sensors = devices?.sensors ?? [];
  const chosen = remembered(kChoice);
  return sensors.find((sensor) => sensor.uuid === chosen)?.uuid ?? sensors[0]?.uuid ?? null;
}

// Nothing to choose in a house with one sensor.
export function sensorChoice(devices: Devices | null, chosen: () => void) {
  const sensors = devices?.sensors ?? [];
  if (sensors.length < 2) return nothing;
  const take = (event: Event) => {
    remember(kChoice, (event.target as HTMLSelectElement).value);
    chosen();
  };
  const now = chosenSensor(devices);
  return html`<label class="row">${t.shell.sensor}
    <select @change=${take} aria-label=${t.shell.whichSensor}>
      ${sensors.map((sensor) => html`<option value=${sensor.uuid} ?selected=${sensor.uuid === now}>${sensorName(sensor)}</option>`)}
    </select></label>`;
}
