// Why somebody may not do what needs an administrator; empty where they may, or while that is not known yet.
import type { House } from '../live/house';
import { t } from '../texts';

export function whyNotAdmin(house: Pick<House, 'session' | 'mayAdminister' | 'mayControl'>): string {
  if (house.session === null || house.mayAdminister) return '';
  return house.mayControl ? t.calibration.adminOnly : t.shell.readOnly;
}
