// Asks who is there, where the daemon wants to know.
import { css, html, LitElement } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { api, Problem, said } from '../api/client';
import { house } from '../live/house';
import { problemNotice, problemText } from '../parts/problem';
import { common } from '../parts/styles';
import { t } from '../texts';

@customElement('mr-login')
export class Login extends LitElement {
  static override styles = [common, css`form { max-width: 28rem; margin: 3rem auto; } input { width: 100%; }`];
  @state() private problem: string | null = null;
  @state() private busy = false;

  private async logIn(event: Event): Promise<void> {
    event.preventDefault();
    const field = this.renderRoot.querySelector<HTMLInputElement>('#token')!;
    this.busy = true;
    try {
      await said(api.POST('/api/v1/session', { body: { token: field.value.trim() } }));
      this.problem = null;
      field.value = '';
      house.connection = 'asking';
      house.wake();
    } catch (error) {
      const status = error instanceof Problem ? error.status : 0;
      this.problem = status === 401 || status === 400 ? t.shell.login.wrong : status === 429 ? t.shell.login.slow : problemText(error);
    }
    this.busy = false;
  }

  protected override render() {
    const text = t.shell.login;
    return html`<form class="card" @submit=${this.logIn}>
      <h2>${text.title}</h2>
      <p>${text.how}</p>
      <p><code>millrace token add phone --scope control</code></p>
      <div class="field">
        <label for="token">${text.token}</label>
        <input id="token" type="password" autocomplete="current-password" required />
      </div>
      ${problemNotice(this.problem)}
      <button class="primary" ?disabled=${this.busy}>${text.button}</button>
    </form>`;
  }
}

export async function logOut(): Promise<void> {
  await api.DELETE('/api/v1/session').catch(() => undefined);
  house.devices = null;
  house.connection = 'asking';
  house.wake();
}
