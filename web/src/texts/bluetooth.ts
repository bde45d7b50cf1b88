// The texts of leak pucks and of Bluetooth: few houses have any, so they come with the view of devices and not with the
// first page.
import { type Language, spoken } from '.';
import type { bluetooth } from './en/bluetooth';

type Texts = typeof bluetooth;

export let bluetoothTexts: Texts;

const catalogues: Record<Language, () => Promise<Texts>> = {
  en: () => import('./en/bluetooth').then((module) => module.bluetooth),
  es: () => import('./es/bluetooth').then((module) => module.bluetooth),
};

// In the language of the page, which is chosen already.
export async function speakOfBluetooth(): Promise<void> {
  bluetoothTexts = await catalogues[spoken]();
}
