import { render } from '@testing-library/react';
import { expect, it } from 'vitest';

import { Mono } from './Layout';

it('a long name may break behind its underscores, and is copied without a break', () => {
  const { container } = render(<Mono>max_queries__for_user_</Mono>);
  expect(container.innerHTML).toContain('max_<wbr>queries__<wbr>for_<wbr>user_<');
  expect(container).toHaveTextContent(/^max_queries__for_user_$/);
});
