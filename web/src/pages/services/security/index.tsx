import { Stack } from '@/ui';

import { AddressList } from './AddressList';
import { Password } from './Password';

export default function Security() {
  return (
    <Stack>
      <Password />
      <AddressList />
    </Stack>
  );
}
