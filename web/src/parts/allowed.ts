// Why somebody may not do something, in words; null when they may.
import { house } from '../live/house';
import { t } from '../texts';

export const whyNotControl = (): string | null => (house.mayControl ? null : t.shell.readOnly);
export const whyNotAdminister = (): string | null => (house.mayAdminister ? null : house.mayControl ? t.habits.needsAdmin : t.shell.readOnly);
