import { z } from '@/zod';

/** The rule of passwords, in characters: the server's own, see internal/cloud/password.go. */
export const minLength = 12;
const maxLength = 200;
const classesNeeded = 3;

const classes = {
  lower: /\p{Ll}/u,
  upper: /\p{Lu}/u,
  digit: /\p{Nd}/u,
  other: /[^\p{Ll}\p{Lu}\p{Nd}]/u,
} as const;

export type CharacterClass = keyof typeof classes;
export const characterClasses = Object.keys(classes) as CharacterClass[];

export type PasswordCheck = {
  has: Readonly<Record<CharacterClass, boolean>>;
  /** Characters that are missing. */
  short: number;
  /** Kinds of characters that are missing. */
  plain: number;
  tooLong: boolean;
  fits: boolean;
};

/** What a password has of what it needs. */
export function checkPassword(password: string): PasswordCheck {
  const length = Array.from(password).length;
  const has = { lower: false, upper: false, digit: false, other: false };
  for (const name of characterClasses) has[name] = classes[name].test(password);
  const short = Math.max(0, minLength - length);
  const plain = Math.max(0, classesNeeded - Object.values(has).filter(Boolean).length);
  const tooLong = length > maxLength;
  return { has, short, plain, tooLong, fits: short === 0 && plain === 0 && !tooLong };
}

/** The schema of a new password's field; `tell` says in words what is missing. */
export function newPassword(tell: (check: PasswordCheck) => string) {
  return z.string().superRefine((password, context) => {
    const check = checkPassword(password);
    if (!check.fits) context.addIssue({ code: 'custom', message: tell(check) });
  });
}
