import { Backups } from './Backups';
import { ClickhouseSettings } from './ClickhouseSettings';
import styles from './settings.module.css';
import { UpgradeWindow } from './UpgradeWindow';
import { Versions } from './Versions';

export default function Settings() {
  return (
    <div className={styles.page}>
      <ClickhouseSettings />
      <UpgradeWindow />
      <Backups />
      <Versions />
    </div>
  );
}
