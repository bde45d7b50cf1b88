import { house } from './live/house';
import { followTheme } from './shell/theme';
import { chooseLanguage } from './texts';

followTheme();
house.start();
await chooseLanguage();
await import('./shell/app');
