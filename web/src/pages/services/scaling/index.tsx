import { Current } from './Current';
import { Schedule } from './Schedule';
import styles from './scaling.module.css';
import { UsualSize } from './UsualSize';

/** How large the service is, and when. */
export default function Scaling() {
  return (
    <div className={styles.page}>
      <Current />
      <UsualSize />
      <Schedule />
    </div>
  );
}
