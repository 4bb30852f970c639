import { Stack } from '@/ui';

import { Current } from './Current';
import { Schedule } from './Schedule';
import { UsualSize } from './UsualSize';

/** How large the service is, and when. */
export default function Scaling() {
  return (
    <Stack>
      <Current />
      <UsualSize />
      <Schedule />
    </Stack>
  );
}
