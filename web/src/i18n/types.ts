/**
 * A catalogue in a language with one plural form: the same keys as the English
 * one, without those of the singular. A missing key does not compile.
 */
export type Translated<English> = {
  readonly [Key in keyof English as Key extends `${string}_one` ? never : Key]: English[Key] extends string ? string : Translated<English[Key]>;
};
