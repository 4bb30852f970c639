import { expect, it } from 'vitest';

import { clientCommand, clientConfig, curl, go, jdbc, node, python, type Connection } from './commands';

const connection: Connection = { host: 'db.example.com', https: 8443, native: 9440, mysql: undefined, password: `it's \\ "so" $x`, authority: 'ca.pem' };

it('writes every password as the language of the command wants it', () => {
  expect(curl(connection)).toContain(`--user 'default:it'\\''s \\ "so" $x'`);
  expect(clientConfig(connection)).toContain(`password: 'it''s \\ "so" $x'`);
  expect(python(connection)).toContain(`password='it\\'s \\\\ "so" $x'`);
  expect(node(connection)).toContain(`password: 'it\\'s \\\\ "so" $x'`);
  expect(go(connection)).toContain(`Password: "it's \\\\ \\"so\\" $x"`);
  expect(jdbc(connection)).toContain(`"password", "it's \\\\ \\"so\\" $x"`);
});

it('names the authority only where there is one', () => {
  const known = { ...connection, password: 'PASSWORD', authority: undefined };
  for (const command of [curl, clientCommand, python, go, jdbc, node]) expect(command(known)).not.toMatch(/ca\.pem|x509|undefined/);
  for (const command of [curl, clientConfig, python, go, jdbc, node]) expect(command(connection)).toContain('ca.pem');
});
