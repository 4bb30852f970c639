import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

import { Button } from './Button';
import { copyText } from './copyText';
import { Field, type FieldProps } from './Field';
import fieldStyles from './Field.module.css';
import { classes } from './classes';
import styles from './Copy.module.css';
import { IconButton } from './IconButton';
import { toast } from './toast';

type CopyButtonProps = {
  text: string;
  /** What is copied, such as "key secret"; part of the button's name. */
  name: string;
  /** With the word "Copy" instead of the icon alone. */
  wordy?: boolean;
  onCopied?: (() => void) | undefined;
};

export function CopyButton({ text, name, wordy = false, onCopied }: CopyButtonProps) {
  const { t } = useTranslation();
  const button = useRef<HTMLButtonElement>(null);
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    if (!button.current) return;
    if (await copyText(text, button.current)) {
      setCopied(true);
      onCopied?.();
    } else {
      toast('danger', t('copyFailed'));
    }
  };
  const label = t('copyNamed', { name });
  return (
    <>
      {wordy ? (
        <Button ref={button} icon={copied ? 'check' : 'copy'} aria-label={copied ? `${t('copied')}: ${name}` : label} onClick={() => void copy()}>
          {copied ? t('copied') : t('copy')}
        </Button>
      ) : (
        <IconButton ref={button} icon={copied ? 'check' : 'copy'} label={label} plain onClick={() => void copy()} />
      )}
      <span role="status" className="visually-hidden">
        {copied && t('copied')}
      </span>
    </>
  );
}

type CopyFieldProps = FieldProps & { value: string; onCopied?: () => void };

/** A value to take away, such as a key's secret. The browser must not keep it with the page's history: no autocomplete. */
export function CopyField({ value, onCopied, ...field }: CopyFieldProps) {
  return (
    <Field {...field}>
      {(control) => (
        <div className={styles.copy}>
          <input {...control} readOnly value={value} autoComplete="off" spellCheck={false} className={classes(fieldStyles.control, fieldStyles.mono)} onFocus={(event) => event.target.select()} />
          <CopyButton text={value} name={field.label} wordy onCopied={onCopied} />
        </div>
      )}
    </Field>
  );
}

/** Commands or code, to be read and copied. */
export function CodeBox({ code, label, onCopied }: { code: string; label: string; onCopied?: () => void }) {
  return (
    <figure className={styles.code} aria-label={label}>
      {/* It scrolls sideways: without a place in the tab order a keyboard could not. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre tabIndex={0} role="region" aria-label={label}>
        <code>{code}</code>
      </pre>
      <span className={styles.corner}>
        <CopyButton text={code} name={label} onCopied={onCopied} />
      </span>
    </figure>
  );
}
