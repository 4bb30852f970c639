import { Stack } from '@/ui';

import { Backups } from './Backups';
import { ClickhouseSettings } from './ClickhouseSettings';
import { UpgradeWindow } from './UpgradeWindow';
import { useSettings } from './useClickhouseSettings';
import { Versions } from './Versions';

export default function Settings() {
  const { isPending } = useSettings();
  return (
    <Stack>
      <ClickhouseSettings />
      {/* How long the list above is, nobody knows before it is there: what comes after it is loaded, but waits for its place. */}
      <div hidden={isPending}>
        <Stack>
          <UpgradeWindow />
          <Backups />
          <Versions />
        </Stack>
      </div>
    </Stack>
  );
}
