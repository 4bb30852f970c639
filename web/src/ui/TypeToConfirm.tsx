import { TextField } from './TextField';
import styles from './TypeToConfirm.module.css';

type Props = {
  /** Asks to type it. */
  ask: string;
  /** What is to be typed: the name of what is about to be lost. */
  text: string;
  /** The name of the field; not shown. */
  label: string;
  value: string;
  onChange: (value: string) => void;
};

/** Shows a name and a field to repeat it in, for what cannot be undone. Whether it is the same is for the dialog around it to judge. */
export function TypeToConfirm({ ask, text, label, value, onChange }: Props) {
  return (
    <div>
      <p>{ask}</p>
      <p className={styles.text}>{text}</p>
      <TextField label={label} labelHidden autoComplete="off" autoCapitalize="none" spellCheck={false} value={value} onChange={(event) => onChange(event.target.value)} />
    </div>
  );
}
