// A list that comes in pages, the newest first: the first page when its key changes, each older one on demand.
//
//   private readonly events = new Pages(this, (cursor) => said(api.GET(…)));
//   this.events.ask(uuid);                           in willUpdate
//   this.events.items, this.events.footer('Older')
import { html, nothing, type ReactiveController, type ReactiveControllerHost } from 'lit';
import { t } from '../texts';
import { problemNotice, problemText } from './problem';

interface Page<T> {
  next_cursor: string | null;
  items: T[];
}

export class Pages<T> implements ReactiveController {
  items: T[] = [];
  waiting = false;
  problem: string | null = null;
  private next: string | null = null;
  private asked = false; // the first page has come
  private key: string | null = null;
  private turn = 0;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly question: (cursor: string | undefined) => Promise<Page<T>>,
  ) {
    host.addController(this);
  }
  hostDisconnected(): void {
    ++this.turn;
    this.waiting = false;
    this.key = null;
  }

  get empty(): boolean {
    return this.asked && this.items.length === 0 && this.next === null;
  }
  get end(): boolean {
    return this.asked && this.next === null;
  }

  ask(key: string): void {
    if (key === this.key) return;
    this.key = key;
    void this.again();
  }

  again(): Promise<void> {
    this.items = [];
    this.next = null;
    this.asked = false;
    return this.more();
  }

  async more(): Promise<void> {
    const turn = ++this.turn;
    this.waiting = true;
    this.host.requestUpdate();
    try {
      const page = await this.question(this.next ?? undefined);
      if (turn !== this.turn) return;
      this.items = [...this.items, ...page.items];
      this.next = page.next_cursor;
      this.asked = true;
      this.problem = null;
    } catch (error) {
      if (turn !== this.turn) return;
      this.problem = problemText(error);
    }
    this.waiting = false;
    this.host.requestUpdate();
  }

  // What stands below the list: that it is waited for, what went wrong, and the way to what is older.
  footer(older: string) {
    if (this.waiting) return html`<p class="quiet wait" role="status">${t.shell.loading}</p>`;
    return html`${problemNotice(this.problem)}
      ${this.problem !== null
        ? html`<button @click=${() => void this.more()}>${t.shell.tryAgain}</button>`
        : this.next === null
          ? nothing
          : html`<button @click=${() => void this.more()}>${older}</button>`}`;
  }
}
