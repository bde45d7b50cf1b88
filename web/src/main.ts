import { house } from './live/house';
import { applyTheme } from './shell/theme';
import { chooseLanguage } from './texts';

applyTheme();
house.start();
await chooseLanguage();
await import('./shell/app');
