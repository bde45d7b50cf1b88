// The page's catalogue of texts, to tell which language a text on the page is in.
import { en as mainEnglish } from '../../../web/src/texts/en';
import { bluetooth as bluetoothInEnglish } from '../../../web/src/texts/en/bluetooth';
import { setup as setupInEnglish } from '../../../web/src/texts/en/setup';
import { es as mainSpanish } from '../../../web/src/texts/es';
import { bluetooth as bluetoothInSpanish } from '../../../web/src/texts/es/bluetooth';
import { setup as setupInSpanish } from '../../../web/src/texts/es/setup';

const en = { ...mainEnglish, bluetooth: bluetoothInEnglish, setup: setupInEnglish };
const es = { ...mainSpanish, bluetooth: bluetoothInSpanish, setup: setupInSpanish };

const kGap = '\u{f8ff}'; // stands for what a text is given to put in

// Each text of a catalogue: as it is, or as the pattern of all that it can say.
function* texts(part: unknown, path = ''): Generator<[path: string, text: string]> {
  if (typeof part === 'string') yield [path, part];
  else if (typeof part === 'function') {
    try {
      const said: unknown = part(...Array.from({ length: Math.max(part.length, 4) }, () => kGap));
      if (typeof said === 'string') yield [path, said];
    } catch {
      // It wants more than words; what it says is looked at by people only.
    }
  } else if (typeof part === 'object' && part !== null) {
    for (const [name, one] of Object.entries(part)) yield* texts(one, `${path}.${name}`);
  }
}

const clean = (text: string) => text.replace(/\s+/g, ' ').trim();
const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

// Fewer letters than these between the gaps would fit whatever is said.
const kLeastLetters = 8;

function pattern(text: string): RegExp | null {
  const letters = text.replace(/\P{L}|\u{f8ff}/gu, '').length;
  if (text.includes(kGap) ? letters < kLeastLetters : letters < 2) return null;
  return new RegExp(`^${clean(text).split(kGap).map(escaped).join('.+')}$`, 'u');
}

const patterns = (catalogue: unknown): RegExp[] => [...texts(catalogue)].map(([, text]) => pattern(text)).filter((one) => one !== null);

const spanish = patterns(es);
const inSpanish = new Map(texts(es));
// English is what Spanish says otherwise.
const english = [...texts(en)]
  .filter(([path, text]) => inSpanish.get(path) !== text)
  .map(([, text]) => pattern(text))
  .filter((one) => one !== null);

export const isSpanish = (text: string): boolean => spanish.some((one) => one.test(text));
export const isEnglish = (text: string): boolean => !isSpanish(text) && english.some((one) => one.test(text));
