// The catalogue: every text of the page in English, but for those that come with their view (../setup.ts). Another
// language is a folder like this one, of the same type.
import { alarms } from './alarms';
import { calibration } from './calibration';
import { charts } from './charts';
import { devices } from './devices';
import { habits } from './habits';
import { history } from './history';
import { leaks } from './leaks';
import { network } from './network';
import { now } from './now';
import { settings } from './settings';
import { shell } from './shell';
import { uses } from './uses';
import { words } from './words';

export const en = { alarms, calibration, charts, devices, habits, history, leaks, network, now, settings, shell, uses, words };
export type Texts = typeof en;
