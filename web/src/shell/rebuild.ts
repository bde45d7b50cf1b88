// While history is being made anew, which figures may still change with: how far it is.
import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { api, said, type Schemas } from '../api/client';
import { Asked } from '../parts/asked';
import { HouseElement } from '../parts/element';
import { common } from '../parts/styles';
import { t } from '../texts';
import { percent } from '../words/numbers';

const kAskEveryMs = 2_000;

@customElement('mr-rebuild')
export class RebuildLine extends HouseElement {
  static override styles = [
    common,
    css`
      p { padding: 0.5rem 1rem; background: var(--water-soft); text-align: center; }
      progress { display: block; width: 100%; height: 4px; border: none; background: var(--raised); accent-color: var(--water); }
    `,
  ];
  private readonly archive = new Asked<Schemas['Archive']>(this, () => said(api.GET('/api/v1/archive')), kAskEveryMs);

  protected override willUpdate(): void {
    this.archive.ask('archive');
  }

  protected override render() {
    const rebuild = this.archive.value?.rebuild ?? null;
    if (rebuild === null) return nothing;
    return html`<progress max="100" value=${rebuild.percent} aria-label=${t.shell.rebuild}></progress>
      <p>${t.shell.rebuilding(percent(rebuild.percent / 100))}</p>`;
  }
}
