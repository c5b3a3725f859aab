import { expect, test } from 'vitest';
import { installLine } from '../../src/library/distribution.js';

test('names the package of the distribution, or of the one it derives from', () => {
  expect(installLine('ID=debian\nVERSION_ID="11"\nPRETTY_NAME="Debian GNU/Linux 11"')).toBe(
    'To install it on Debian GNU/Linux 11: sudo apt-get install libssl1.1',
  );
  expect(installLine('ID="fedora"\nPRETTY_NAME="Fedora 40"')).toContain('dnf install openssl1.1');
  expect(installLine('ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.3"')).toContain(
    'compat-openssl11',
  );
});

test('says what else can be done where there is no package', () => {
  for (const system of ['ID=debian\nVERSION_ID="12"', 'ID=ubuntu\nVERSION_ID="24.04"', '']) {
    expect(installLine(system)).toContain('LIBSSL_SESSION_DIR');
  }
});
