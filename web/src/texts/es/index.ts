// The catalogue in Spanish.
import type { Texts } from '../en';
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

export const es: Texts = { alarms, calibration, charts, devices, habits, history, leaks, network, now, settings, shell, uses, words };
