import { describe, test } from 'node:test';
import { checkFault } from '../support/fault-check.ts';
import { TOKEN_ENDPOINTS, VENDORS } from '../support/fault-vendors.ts';
import { BODY_FAULTS, MEANING_FAULTS } from '../support/faults.ts';

for (const vendor of [...VENDORS, ...TOKEN_ENDPOINTS]) {
  describe(vendor.name, () => {
    for (const fault of BODY_FAULTS) {
      test(`when it ${fault}`, (t) => checkFault(t, fault, vendor));
    }
  });
}

for (const vendor of VENDORS) {
  describe(vendor.name, () => {
    for (const fault of MEANING_FAULTS) {
      test(`when it ${fault}`, (t) => checkFault(t, fault, vendor));
    }
  });
}
