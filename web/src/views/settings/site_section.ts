// Units, time zone and log of the house.
import { html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { api, said, type Schemas } from '../../api/client';
import { Asked } from '../../parts/asked';
import { t } from '../../texts';
import { timeZones } from '../../words/zones';
import { Draft } from './drafts';
import { choiceField, focusFirstFault, textField } from './field';
import { Saving, saveBar } from './saving';
import { Section, sectionStyles } from './section';

type Settings = Schemas['Settings'];
type Changes = Schemas['SettingsChanges'];
type Units = Settings['settings']['site']['units'];
type Level = Settings['settings']['log']['level'];
interface Form {
  units: Units;
  zone: string;
  level: Level;
}

const formOf = ({ settings }: Settings): Form => ({
  units: settings.site.units,
  zone: settings.site.time_zone,
  level: settings.log.level,
});
const fields = ['site.units', 'site.time_zone', 'log.level'] as const;
type Field = (typeof fields)[number];
const kLevels: readonly Level[] = ['error', 'warn', 'info', 'debug'];

@customElement('mr-settings-site')
export class SiteSection extends Section {
  static override styles = sectionStyles;

  private readonly settings = new Asked<Settings>(this, () => said(api.GET('/api/v1/settings')));
  private readonly draft = new Draft<Form>('site');
  private readonly saving = new Saving(this);

  protected override willUpdate(): void {
    this.settings.ask('');
  }

  private async put(body: Changes): Promise<boolean> {
    const done = await this.saving.run(async () => {
      this.settings.take(await said(api.PUT('/api/v1/settings', { body })));
    });
    if (done) this.house.wake(); // all that is shown is in other units, or of other days
    return done;
  }

  private async save(event: Event): Promise<void> {
    event.preventDefault();
    const saved = formOf(this.settings.value!);
    const form = this.draft.over(saved);
    const body: Changes = {};
    if (form.units !== saved.units) body.site = { units: form.units };
    if (form.zone !== saved.zone) body.site = { ...body.site, time_zone: form.zone.trim() };
    if (form.level !== saved.level) body.log = { level: form.level };
    if (await this.put(body)) this.draft.drop();
    await this.updateComplete;
    focusFirstFault(this.renderRoot);
  }

  // Where a setting comes from, and the way back to the file.
  private origin(field: Field, chosen: readonly string[]) {
    const text = t.settings.form;
    if (!chosen.includes(field)) return html`<p class="small quiet">${text.inFile}</p>`;
    const body: Changes =
      field === 'log.level' ? { log: { level: null } } : { site: field === 'site.units' ? { units: null } : { time_zone: null } };
    const back = async () => {
      if (await this.put(body)) this.draft.drop();
    };
    return html`<div class="row small">
      <span class="quiet">${text.chosenHere}</span>
      <button type="button" ?disabled=${this.mayNotAdminister || this.saving.busy} @click=${back}>${text.toFile}</button>
    </div>`;
  }

  private form(settings: Settings) {
    const text = t.settings.site;
    const saved = formOf(settings);
    const form = this.draft.over(saved);
    const disabled = this.mayNotAdminister;
    const change = (part: Partial<Form>) => {
      this.draft.change({ ...form, ...part }, saved);
      this.saving.forget();
    };
    return html`<form @submit=${this.save} novalidate>
      <div class="head">${choiceField<Units>({
        id: 'units',
        label: text.units,
        value: form.units,
        disabled,
        options: [['metric', text.metric], ['us', text.us]],
        changed: (units) => change({ units }),
        fault: this.saving.at('site.units'),
        after: this.origin('site.units', settings.chosen),
      })}
      ${textField({
        id: 'zone',
        label: text.zone,
        hint: text.zoneHint,
        value: form.zone,
        disabled,
        list: 'zones',
        changed: (zone) => change({ zone }),
        fault: this.saving.at('site.time_zone'),
        after: this.origin('site.time_zone', settings.chosen),
      })}
      <datalist id="zones">${timeZones(saved.zone).map((zone) => html`<option value=${zone}></option>`)}</datalist>
      ${choiceField<Level>({
        id: 'level',
        label: text.log,
        value: form.level,
        disabled,
        options: kLevels.map((level) => [level, text.levels[level]] as const),
        changed: (level) => change({ level }),
        fault: this.saving.at('log.level'),
        after: this.origin('log.level', settings.chosen),
      })}</div>
      ${this.saving.notice((field) => fields.includes(field as Field))}
      ${saveBar({ saving: this.saving, changed: this.draft.changed, mayNot: disabled, discard: () => this.discard() })}
    </form>`;
  }

  private discard(): void {
    this.draft.drop();
    this.saving.forget();
  }

  protected override render() {
    return html`<div class="stack">
      ${this.rights('admin')}
      <div class="card">
        ${this.settings.show((settings) => this.form(settings))}
        ${this.settings.value === null ? nothing : html`<p class="small quiet">${t.settings.form.atOnce}</p>`}
      </div>
    </div>`;
  }
}
