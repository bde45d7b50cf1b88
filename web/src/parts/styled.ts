// Sets single styles of an element:  <span ${styled({ left: '40%', background: colour })}></span>
//
// Lit's styleMap writes a style attribute when it draws for the first time, which the content security policy refuses;
// what scripts set one by one it lets pass.
import { noChange } from 'lit';
import { Directive, directive, type ElementPart, type PartInfo, PartType } from 'lit/directive.js';

class Styled extends Directive {
  constructor(part: PartInfo) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new Error('styled() stands in a tag, not in an attribute');
  }
  render(_styles: Record<string, string>): unknown {
    return noChange;
  }
  override update(part: ElementPart, [styles]: [Record<string, string>]): unknown {
    const { style } = part.element as HTMLElement | SVGElement;
    for (const [name, value] of Object.entries(styles)) if (style.getPropertyValue(name) !== value) style.setProperty(name, value);
    return noChange;
  }
}

export const styled = directive(Styled);
