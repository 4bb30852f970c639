/** What the link of an invitation offers, and to whom. */
export type Offered = {
  email: string;
  organization: string;
  /** The names of the roles. */
  roles: readonly string[];
  /** Whether the invited person has an account already. */
  hasAccount: boolean;
};
