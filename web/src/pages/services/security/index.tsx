import { AddressList } from './AddressList';
import { Password } from './Password';
import styles from './security.module.css';

export default function Security() {
  return (
    <div className={styles.page}>
      <Password />
      <AddressList />
    </div>
  );
}
