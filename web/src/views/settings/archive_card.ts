// What the archive takes, and a rebuild with how far it is.
import { html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { styled } from '../../parts/styled';
import { api, said, type Schemas } from '../../api/client';
import { Asked } from '../../parts/asked';
import { confirmed } from '../../parts/confirm';
import { t } from '../../texts';
import { bytes, number, percent } from '../../words/numbers';
import { when } from '../../words/times';
import { Saving } from './saving';
import { Section, sectionStyles } from './section';

type Archive = Schemas['Archive'];
type Rebuild = Schemas['Rebuild'];

const kRebuildEveryMs = 2000;

@customElement('mr-settings-archive')
export class ArchiveCard extends Section {
  static override styles = sectionStyles;
  @property({ attribute: false }) turn = 0;
  private readonly archive: Asked<Archive> = new Asked<Archive>(
    this,
    () => said(api.GET('/api/v1/archive')),
    () => (this.archive.value?.rebuild != null ? kRebuildEveryMs : null),
  );
  private readonly starting = new Saving(this);
  private rebuilding = false;
  private rebuilt = false; // while one looked on

  protected override willUpdate(): void {
    // One that was begun elsewhere, or by a key that was added, is noticed here too.
    this.archive.ask('', `${this.turn} ${this.house.status?.archive.rebuilding === true}`);
    const now = this.archive.value?.rebuild != null;
    if (this.rebuilding && !now && this.archive.value !== null) this.rebuilt = true;
    if (this.archive.value !== null) this.rebuilding = now;
  }

  private async rebuild(): Promise<void> {
    const text = t.settings.keys;
    if (!(await confirmed({ heading: text.rebuild, text: text.rebuildSure, yes: text.rebuild }))) return;
    this.rebuilt = false;
    await this.starting.run(async () => {
      this.archive.take(await said(api.POST('/api/v1/archive/rebuild', { body: {} })));
    });
  }

  private progress(rebuild: Rebuild) {
    const text = t.settings.keys;
    return html`<div class="stack">
      <p>${text.rebuilding}</p>
      <div class="track" role="progressbar" aria-label=${text.rebuilding} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(rebuild.percent)}>
        <div ${styled({ width: `${rebuild.percent}%` })}></div>
      </div>
      <p class="small quiet number">
        ${percent(rebuild.percent / 100)} · ${text.rebuildProgress(number(rebuild.frames_done, 0), number(rebuild.frames_in_all, 0))}
      </p>
    </div>`;
  }

  private content(archive: Archive) {
    const text = t.settings.keys;
    const dropped = archive.dropped_by_age + archive.dropped_by_size;
    return html`<dl class="facts">
        <dt>${text.frameCount}</dt><dd class="number">${number(archive.frames, 0)}</dd>
        ${archive.sealed_frames === 0 ? nothing : html`<dt>${text.sealed}</dt><dd class="number">${number(archive.sealed_frames, 0)}</dd>`}
        <dt>${text.size}</dt>
        <dd>${bytes(archive.file_bytes)}${archive.free_bytes > 0 ? html`<br /><span class="small quiet">${text.freeInside(bytes(archive.free_bytes))}</span>` : nothing}</dd>
        <dt>${text.oldest}</dt><dd>${archive.oldest_frame === null ? '–' : when(archive.oldest_frame, this.house.now(), this.zone)}</dd>
        ${dropped === 0 ? nothing : html`<dt>${text.dropped}</dt><dd class="number">${number(dropped, 0)}</dd>`}
      </dl>
      ${archive.rebuild !== null
        ? this.progress(archive.rebuild)
        : html`<button ?disabled=${this.mayNotAdminister || this.starting.busy} @click=${() => void this.rebuild()}>${text.rebuild}</button>`}
      <p role="status" class="small good">${archive.rebuild === null && this.rebuilt ? text.rebuilt : ''}</p>
      ${this.rights('admin')} ${this.starting.notice(() => false)}`;
  }

  protected override render() {
    return html`<div class="card">
      <h3>${t.settings.keys.archive}</h3>
      <p class="quiet">${t.settings.keys.archiveText}</p>
      ${this.archive.show((archive) => this.content(archive))}
    </div>`;
  }
}
