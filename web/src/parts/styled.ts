// Sets CSS properties of an element that only the figures can tell, as a width or a colour:
//
//   html`<span ${styled({ background: 'var(--bar)', '--share': '0.4' })}></span>`
//
// Lit's styleMap writes a style attribute at first, which the content security policy forbids; this sets properties.
import { noChange } from 'lit';
import { Directive, directive, type ElementPart } from 'lit/directive.js';

class Styled extends Directive {
  private before: string[] = [];

  override render(_properties: Record<string, string>): unknown {
    return noChange;
  }
  override update(part: ElementPart, [properties]: [Record<string, string>]): unknown {
    const { style } = part.element as HTMLElement;
    for (const name of this.before) if (!(name in properties)) style.removeProperty(name);
    for (const [name, value] of Object.entries(properties)) style.setProperty(name, value);
    this.before = Object.keys(properties);
    return noChange;
  }
}

export const styled = directive(Styled);
