// Begins with what is needed to draw anything: colours, the stream, the language; then the frame is drawn.
import { house } from './live/house';
import { followTheme } from './shell/theme';
import { chooseLanguage } from './texts';

followTheme();
house.start();
await chooseLanguage();
await import('./shell/app');
