// Each rule: what it watches, whether it does, and the limits of its owner.
import { css, html, nothing } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { api, said, type Schemas } from '../../api/client';
import { whyNot } from '../../parts/rights';
import { Asked } from '../../parts/asked';
import { View } from '../../parts/element';
import { problemNotice, problemText } from '../../parts/problem';
import { common } from '../../parts/styles';
import { href } from '../../shell/route';
import { t } from '../../texts';
import { isBudget, ruleTitle, type Rule } from '../../words/alarms';
import { unitName } from '../../words/numbers';
import { enteredValue, fieldsOf, isLearned, shownValue } from './rule_fields';

type Rules = Schemas['Rules'];
type RuleState = Schemas['RuleState'];

@customElement('mr-leaks-rules')
export class LeakRules extends View {
  static override styles = [
    common,
    css`
      ul { display: grid; gap: 0.8rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21rem), 1fr)); }
      li { display: grid; gap: 0.5rem; align-content: start; }
      li.card { padding: 0.9rem 1rem; }
      .card > * + * { margin-top: 0; }
      .head { display: flex; gap: 0.6rem; align-items: center; justify-content: space-between; }
      .off h4, .off .what { color: var(--quiet); }
      h4 { margin: 0; font-size: 1rem; }
      summary { min-height: 2.5rem; display: flex; align-items: center; gap: 0.4rem; color: var(--water); }
      summary::before { content: '›'; font-size: 1.3em; line-height: 1; }
      details[open] > summary::before { rotate: 90deg; }
      form { display: grid; gap: 0.7rem; padding-top: 0.3rem; }
      .pills { display: flex; flex-wrap: wrap; gap: 0.4rem; }
    `,
  ];
  @state() private busy = false;
  @state() private problem: { rule: Rule; text: string } | null = null;
  @state() private kept: Rule | null = null;

  private readonly rules = new Asked(this, () => said(api.GET('/api/v1/rules')));

  protected override willUpdate(): void {
    this.rules.ask(this.flowUnit);
  }

  private async put(rule: Rule, body: Schemas['RulesRequest']): Promise<void> {
    this.busy = true;
    this.kept = null;
    try {
      await said<unknown>(api.PUT('/api/v1/rules', { body }));
      this.problem = null;
      this.kept = rule;
    } catch (error) {
      this.problem = { rule, text: problemText(error) };
    }
    await this.rules.again();
    this.busy = false;
  }

  private turn(rule: Rule, on: boolean): void {
    const off = (this.rules.value?.settings.off ?? []).filter((one) => one !== rule);
    void this.put(rule, { off: on ? off : [...off, rule] });
  }

  private keep(event: SubmitEvent, rule: Rule): void {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const entries = (fieldsOf[rule] ?? []).map((of) => [of.key, enteredValue(of, String(form.get(of.key) ?? ''), this.flowUnit)]);
    void this.put(rule, Object.fromEntries(entries) as Schemas['RulesRequest']);
  }

  protected override render() {
    return this.rules.show((rules) => {
      const group = (title: string, of: RuleState[]) =>
        html`<section class="stack"><h3>${title}</h3><ul>${of.map((rule) => this.rule(rule, rules))}</ul></section>`;
      return html`<div class="stack">
        ${whyNot('admin') === '' ? nothing : html`<p class="notice">${whyNot('admin')}</p>`}
        ${group(t.leaks.rulesWater, rules.rules.filter((rule) => rule.water))}
        ${group(t.leaks.rulesSystem, rules.rules.filter((rule) => !rule.water && !isBudget(rule.rule)))}
        ${group(t.leaks.rulesBudget, rules.rules.filter((rule) => isBudget(rule.rule)))}
      </div>`;
    });
  }

  private rule(state: RuleState, rules: Rules) {
    const { rule } = state;
    const title = ruleTitle(rule);
    return html`<li class="card ${state.on ? '' : 'off'}" data-rule=${rule}>
      <div class="head">
        <h4>${title}</h4>
        <label class="switch">${t.leaks.watch}<input type="checkbox" role="switch" aria-label=${`${t.leaks.watch}: ${title}`} .checked=${state.on} ?disabled=${this.busy || !this.house.mayAdminister}
          @change=${(event: Event) => this.turn(rule, (event.target as HTMLInputElement).checked)} /></label>
      </div>
      <p class="what small">${t.leaks.watches[rule] ?? ''}</p>
      <p class="pills">
        <span class="pill ${state.severity === 'critical' ? 'bad' : state.severity === 'warning' ? 'warn' : ''}">${t.words.severities[state.severity]}</span>
        <span class="pill">${t.leaks.sources[state.limit_source]}</span>
      </p>
      ${this.problem?.rule === rule ? problemNotice(this.problem.text) : nothing}
      ${isBudget(rule) ? html`<p class="small">${t.leaks.budgetsIn} <a href=${href('settings', ['budgets'])}>${t.leaks.settings}</a></p>` : this.form(rule, rules, title)}
    </li>`;
  }

  private form(rule: Rule, rules: Rules, title: string) {
    const fields = fieldsOf[rule];
    if (fields === undefined) return nothing;
    const off = this.busy || !this.house.mayAdminister;
    const label = (key: (typeof fields)[number]['key']) => {
      const words = t.leaks.limitsForm[key];
      return typeof words === 'function' ? words(unitName(this.flowUnit)) : words;
    };
    return html`<details>
      <summary aria-label=${`${t.leaks.ownLimit}: ${title}`}>${t.leaks.ownLimit}</summary>
      <form @submit=${(event: SubmitEvent) => this.keep(event, rule)}>
        ${fields.map(
          (of) => html`<label class="field">${label(of.key)}
            <input name=${of.key} type="number" step="any" min=${shownValue(of, of.least, this.flowUnit)} max=${shownValue(of, of.most, this.flowUnit)} inputmode="decimal" .value=${shownValue(of, rules.settings[of.key], this.flowUnit)} ?disabled=${off} /></label>`,
        )}
        <p class="quiet small">${fields.every((of) => isLearned(of.key)) ? t.leaks.learnedIfEmpty : t.leaks.usualIfEmpty}</p>
        <div class="row"><button ?disabled=${off} title=${whyNot('admin') || nothing}>${t.shell.save}</button>
          <span class="good small" role="status">${this.kept === rule ? t.shell.saved : ''}</span></div>
      </form>
    </details>`;
  }
}
