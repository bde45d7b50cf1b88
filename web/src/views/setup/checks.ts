// The last run of the daemon's checks, and the next one.
import type { ReactiveControllerHost } from 'lit';
import { api, said, type Schemas } from '../../api/client';
import { problemText } from '../../parts/problem';

export interface CheckState {
  run: Schemas['CheckRun'] | null; // null: never, since the daemon was started
  waiting: boolean;
  problem: string;
}

// One for the whole view, so that each step shows the same run.
export class CheckControl {
  state: CheckState = { run: null, waiting: false, problem: '' };
  private looked = false;

  constructor(private readonly host: ReactiveControllerHost) {}

  // What was found before.
  look(): void {
    if (this.looked) return;
    this.looked = true;
    void this.ask(() => said(api.GET('/api/v1/checks')) as Promise<CheckState['run']>);
  }

  run(): Promise<void> {
    this.looked = true;
    return this.ask(() => said(api.POST('/api/v1/checks', { body: {} })));
  }

  private async ask(question: () => Promise<CheckState['run']>): Promise<void> {
    if (this.state.waiting) return;
    this.show({ ...this.state, waiting: true, problem: '' });
    try {
      this.show({ run: await question(), waiting: false, problem: '' });
    } catch (error) {
      this.show({ ...this.state, waiting: false, problem: problemText(error) });
    }
  }

  private show(state: CheckState): void {
    this.state = state;
    this.host.requestUpdate();
  }
}
