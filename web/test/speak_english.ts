// Texts are chosen before anything of the page is used, in a test as in a browser.
import { speak } from '../src/texts';

await speak('en');
