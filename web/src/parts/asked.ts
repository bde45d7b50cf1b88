// One question to the API, asked anew when what it depends on changes, with its three states in one place.
//
//   private readonly usage = new Asked(this, () => said(api.GET(…)));
//   this.usage.ask(`${sensor} ${date}`);            in willUpdate: asks only when the key changed
//   render() { return this.usage.show((usage) => html`…`); }
import { html, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { t } from '../texts';
import { problemText } from './problem';

export class Asked<T> implements ReactiveController {
  value: T | null = null; // the newest answer; kept while a new question is under way
  problem: string | null = null;
  waiting = false;
  private key: string | null = null;
  private turn = 0;
  private timer = 0;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly question: () => Promise<T>,
    private readonly everyMs: number | null = null, // ask again and again while it is shown
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    if (this.key !== null) void this.again();
  }
  hostDisconnected(): void {
    clearTimeout(this.timer);
    ++this.turn; // an answer that comes later is nobody's
  }

  ask(key: string): void {
    if (key === this.key) return;
    this.key = key;
    this.value = null;
    void this.again();
  }

  // The same question again, because something has changed.
  async again(): Promise<void> {
    clearTimeout(this.timer);
    const turn = ++this.turn;
    this.waiting = true;
    this.host.requestUpdate();
    try {
      const value = await this.question();
      if (turn !== this.turn) return;
      this.value = value;
      this.problem = null;
    } catch (error) {
      if (turn !== this.turn) return;
      this.problem = problemText(error);
    }
    this.waiting = false;
    this.host.requestUpdate();
    if (this.everyMs !== null) this.timer = window.setTimeout(() => void this.whenSeen(), this.everyMs);
  }

  show(content: (value: T) => unknown): unknown | TemplateResult {
    if (this.value !== null) return content(this.value);
    if (this.problem !== null) {
      return html`<div class="notice bad" role="alert">
        <p>${this.problem}</p>
        <button @click=${() => void this.again()}>${t.shell.tryAgain}</button>
      </div>`;
    }
    return html`<p class="quiet wait" role="status">${t.shell.loading}</p>`;
  }

  private whenSeen(): void {
    if (!document.hidden) return void this.again();
    document.addEventListener('visibilitychange', () => void this.whenSeen(), { once: true });
  }
}
