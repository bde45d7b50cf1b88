// From when on a new calibration holds: for all water, or only from a moment on. A form finds it as `from`.
import { css, html } from 'lit';
import { t } from '../texts';

export const holdsFor = () => html`<fieldset class="holds">
  <legend>${t.calibration.holdsFor}</legend>
  <label><input type="radio" name="from" value="all" checked />${t.calibration.holdsForAll}</label>
  <label><input type="radio" name="from" value="now" />${t.calibration.holdsFromNow}</label>
</fieldset>`;

export const holdsForStyles = css`
  .holds { border: none; margin-inline: 0; padding: 0; }
  .holds legend { padding: 0; font-weight: 500; }
  .holds label { display: flex; gap: 0.5rem; align-items: center; min-height: 2.5rem; font-weight: 400; }
  .holds input { flex: none; }
`;

// What the API wants for it: null is from the first reading on.
export const chosenFrom = (form: HTMLFormElement, now: number): string | null =>
  new FormData(form).get('from') === 'now' ? new Date(now).toISOString() : null;
