// What was changed in a form and is not saved yet. It outlives the form: whoever looks at another view and comes back
// finds it as it was, and a browser that is about to close the page asks first.
import type { ReactiveController, ReactiveControllerHost } from 'lit';

class Drafts extends EventTarget {
  private readonly kept = new Map<string, unknown>();

  has(section: string): boolean {
    return this.kept.has(section);
  }
  get(section: string): unknown {
    return this.kept.get(section);
  }
  set(section: string, form: unknown): void {
    this.kept.set(section, form);
    window.addEventListener('beforeunload', warn);
    this.dispatchEvent(new Event('change'));
  }
  drop(section: string): void {
    if (!this.kept.delete(section)) return;
    if (this.kept.size === 0) window.removeEventListener('beforeunload', warn);
    this.dispatchEvent(new Event('change'));
  }
}

const warn = (event: Event): void => event.preventDefault();

export const drafts = new Drafts();

// Draws an element anew whenever a form begins or ceases to be changed.
export class WithDrafts implements ReactiveController {
  private readonly listener = () => this.host.requestUpdate();
  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }
  hostConnected(): void {
    drafts.addEventListener('change', this.listener);
  }
  hostDisconnected(): void {
    drafts.removeEventListener('change', this.listener);
  }
}

// The form of one section: the draft where there is one, else what is saved.
export class Draft<T> {
  constructor(private readonly section: string) {}

  get changed(): boolean {
    return drafts.has(this.section);
  }
  over(saved: T): T {
    return (drafts.get(this.section) as T | undefined) ?? saved;
  }
  // Back to what is saved is no change.
  change(form: T, saved: T): void {
    if (JSON.stringify(form) === JSON.stringify(saved)) this.drop();
    else drafts.set(this.section, form);
  }
  drop(): void {
    drafts.drop(this.section);
  }
}
