// What was sent, to which channel, and what became of it.
import { css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { api, said, type Schemas } from '../../api/client';
import { Asked } from '../../parts/asked';
import { t } from '../../texts';
import { when } from '../../words/times';
import { Section, sectionStyles } from './section';

type Notice = Schemas['Notice'];

const kSteps = [15, 50, 200] as const;
const kEveryMs = 10_000;
const look: Record<Notice['state'], string> = { waiting: 'pill warn', delivered: 'pill good', given_up: 'pill bad', superseded: 'pill' };

@customElement('mr-settings-deliveries')
export class DeliveryLog extends Section {
  static override styles = [
    ...sectionStyles,
    css`
      .text { white-space: pre-line; overflow-wrap: anywhere; }
      li summary { min-height: 2.5rem; color: var(--text); }
      li .row { flex: 1; }
      .rows > li { padding: 0.35rem 0 0.7rem; gap: 0; }
      .facts { display: block; padding-inline-start: 1.3rem; }
    `,
  ];
  @property({ attribute: false }) channels: string[] = [];
  @property({ attribute: false }) turn = 0;
  @state() private chosen = '';
  @state() private step = 0;

  private readonly notices = new Asked(
    this,
    () => {
      const query = { limit: kSteps[this.step]!, ...(this.chosen === '' ? {} : { channel: this.chosen }) };
      return said(api.GET('/api/v1/notifications', { params: { query } }));
    },
    kEveryMs,
  );

  protected override willUpdate(): void {
    this.notices.ask(this.chosen, `${this.step} ${this.turn}`);
  }

  private notice(notice: Notice) {
    const text = t.settings.notices;
    const now = this.house.now();
    const at = (time: string) => when(time, now, this.zone);
    const facts = [
      notice.channel,
      at(notice.delivered ?? notice.queued),
      ...(notice.tries > 1 || notice.state !== 'delivered' ? [text.tries(notice.tries)] : []),
      ...(notice.state === 'waiting' && notice.next_try !== null ? [text.nextTry(at(notice.next_try))] : []),
    ];
    return html`<li>
      <details>
        <summary>
          <span class="row apart">
            <span>${text.kinds[notice.kind]}${notice.kind === 'test' ? nothing : html`: ${notice.title}`}</span>
            <span class=${look[notice.state]}>${text.states[notice.state]}</span>
          </span>
        </summary>
        <p class="facts text">${notice.text}</p>
      </details>
      <p class="small quiet facts">${facts.join(' · ')}</p>
      ${notice.error === '' ? nothing : html`<p class="small bad facts">${notice.error}</p>`}
    </li>`;
  }

  protected override render() {
    const text = t.settings.notices;
    const choose = (event: Event) => {
      this.chosen = (event.target as HTMLSelectElement).value;
      this.step = 0;
    };
    return html`<div class="stack">
      <div class="row apart">
        <h3>${text.log}</h3>
        ${this.channels.length < 2
          ? nothing
          : html`<select aria-label=${text.logChannel} @change=${choose}>
              <option value="">${text.logAll}</option>
              ${this.channels.map((name) => html`<option value=${name}>${name}</option>`)}
            </select>`}
      </div>
      ${this.notices.show(({ items }) =>
        items.length === 0
          ? html`<p class="quiet">${text.logEmpty}</p>`
          : html`<ul class="rows">${items.map((notice) => this.notice(notice))}</ul>
              ${items.length < kSteps[this.step]! || this.step === kSteps.length - 1
                ? nothing
                : html`<button @click=${() => ++this.step}>${text.more}</button>`}`,
      )}
    </div>`;
  }
}
