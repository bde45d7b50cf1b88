// One question to the API, asked anew when what it depends on changes, with its three states in one place.
//
//   private readonly usage = new Asked(this, () => said(api.GET(…)));
//   this.usage.ask(`${sensor} ${date}`);            in willUpdate: asks only when the key changed
//   render() { return this.usage.show((usage) => html`…`); }
import { html, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import { t } from '../texts';
import { problemText } from './problem';

export class Asked<T> implements ReactiveController {
  value: T | null = null; // the newest answer; kept while the same question is asked again
  problem: string | null = null;
  waiting = false;
  private key: string | null = null;
  private version = '';
  private turn = 0;
  private timer = 0;
  private connected = false;

  // `everyMs`: asked again and again while it is shown; a function may say null, for not any more.
  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly question: () => Promise<T>,
    private readonly everyMs: number | (() => number | null) | null = null,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.connected = true;
    if (this.key !== null) void this.again();
  }
  hostDisconnected(): void {
    this.connected = false;
    this.stopTurn(); // an answer that comes later is nobody's
  }

  // Another key is another question. With another version of what the answer depends on the same one is asked again, and
  // the answer before stands meanwhile.
  ask(key: string, version = ''): void {
    if (key === this.key && version === this.version) return;
    if (key !== this.key) this.value = this.problem = null;
    this.key = key;
    this.version = version;
    void this.again();
  }

  // The same question again, because something has changed.
  async again(): Promise<void> {
    const turn = this.stopTurn();
    if (!this.connected) return; // it is asked when it is shown again
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
    this.settled();
  }

  // The answer, as what answered a change has told it; older ones that are under way no longer count.
  take(value: T): void {
    this.stopTurn();
    this.value = value;
    this.problem = null;
    this.settled();
  }

  private settled(): void {
    this.waiting = false;
    this.host.requestUpdate();
    const ms = typeof this.everyMs === 'function' ? this.everyMs() : this.everyMs;
    if (ms !== null && this.connected) this.timer = window.setTimeout(this.whenSeen, ms);
  }

  private stopTurn(): number {
    clearTimeout(this.timer);
    document.removeEventListener('visibilitychange', this.whenSeen);
    this.waiting = false;
    return ++this.turn;
  }

  private readonly whenSeen = (): void => {
    if (document.hidden) document.addEventListener('visibilitychange', this.whenSeen);
    else void this.again();
  };

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
}
