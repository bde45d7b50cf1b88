// Begins with what is needed to draw anything: colours, the stream, the language; then the frame is drawn.
import { house } from './live/house';
import { applyTheme } from './shell/theme';
import { chooseLanguage } from './texts';

applyTheme();
house.start();
await chooseLanguage();
await import('./shell/app');
