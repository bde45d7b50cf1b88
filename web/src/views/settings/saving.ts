// Something that is sent to the daemon, with what became of it, for the element that sends it.
import { html, nothing, type ReactiveControllerHost } from 'lit';
import { type FieldProblem, Problem } from '../../api/client';
import { problemNotice, problemText } from '../../parts/problem';
import { t } from '../../texts';

export class Saving {
  busy = false;
  done = false; // and nothing was changed since
  problem: string | null = null;
  status = 0; // of the problem
  errors: readonly FieldProblem[] = [];

  constructor(private readonly host: ReactiveControllerHost) {}

  async run(task: () => Promise<unknown>): Promise<boolean> {
    this.forget();
    this.busy = true;
    this.host.requestUpdate();
    try {
      await task();
      this.done = true;
    } catch (error) {
      this.problem = problemText(error);
      this.status = error instanceof Problem ? error.status : 0;
      this.errors = error instanceof Problem ? error.errors : [];
    }
    this.busy = false;
    this.host.requestUpdate();
    return this.done;
  }

  // Something is changed again: what was said of the last try is no longer true.
  forget(): void {
    this.done = false;
    this.problem = null;
    this.errors = [];
    this.host.requestUpdate();
  }

  at(field: string): string | null {
    const found = this.errors.filter((one) => one.field === field).map((one) => one.detail);
    return found.length === 0 ? null : found.join('; ');
  }

  // What is not said at one of these fields.
  notice(shown: (field: string) => boolean) {
    if (this.problem === null) return nothing;
    const rest = this.errors.filter((one) => !shown(one.field)).map((one) => `${one.field}: ${one.detail}`);
    if (this.errors.length === 0) return problemNotice(this.problem);
    return problemNotice([t.settings.form.look, ...rest].join(' '));
  }
}

interface Bar {
  saving: Saving;
  changed: boolean;
  mayNot: boolean;
  discard: () => void;
}

export const saveBar = ({ saving, changed, mayNot, discard }: Bar) => html`<div class="row bar">
  <button class="primary" ?disabled=${mayNot || saving.busy || !changed}>${t.shell.save}</button>
  ${changed ? html`<button type="button" class="plain" ?disabled=${saving.busy} @click=${discard}>${t.settings.form.discard}</button>` : nothing}
  <span role="status" class=${saving.done ? 'small good' : 'small quiet'}
    >${saving.busy ? t.shell.loading : changed ? t.settings.form.changed : saving.done ? t.shell.saved : ''}</span>
</div>`;
