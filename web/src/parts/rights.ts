// Why somebody may not do something, in words; empty where they may, or while it is not known who they are.
import { house } from '../live/house';
import { t } from '../texts';

export function whyNot(needed: 'control' | 'admin'): string {
  if (house.session === null || (needed === 'admin' ? house.mayAdminister : house.mayControl)) return '';
  return house.mayControl ? t.shell.needsAdmin : t.shell.readOnly;
}
