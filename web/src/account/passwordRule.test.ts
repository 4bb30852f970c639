import { expect, it } from 'vitest';

import { checkPassword } from './passwordRule';

it('asks for what the server asks for', () => {
  expect(checkPassword('correct horse 1').fits).toBe(true);
  expect(checkPassword('Correct-horse').fits).toBe(true);
  expect(checkPassword('correcthorsebattery')).toMatchObject({ fits: false, short: 0, plain: 2 });
  expect(checkPassword('aB1')).toMatchObject({ fits: false, short: 9, plain: 0 });
  expect(checkPassword('')).toMatchObject({ fits: false, short: 12, plain: 3 });
});

it('counts characters rather than bytes, and knows other scripts', () => {
  expect(checkPassword('密码密码密码密码密码aB').fits).toBe(true); // what has no case is of the fourth kind
  expect(checkPassword('😀😀😀aB').short).toBe(7);
  expect(checkPassword(`aB1${'x'.repeat(198)}`)).toMatchObject({ fits: false, tooLong: true });
});
