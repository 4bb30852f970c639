/** Texts of the page that an invitation leads to. */
export const invitation = {
  join: 'Join “{{organization}}”',
  offer_one: '{{email}} is invited, with the role {{roles}}.',
  offer_other: '{{email}} is invited, with the roles {{roles}}.',
  offerPlain: '{{email}} is invited.',
  signInText: 'You have an account already: sign in to join.',
  newText: 'Choose a name and a password to join.',
  createAndJoin: 'Create account and join',
  providerNote: 'Use the account with the address {{email}}. The invitation waits for you after you have signed in.',
  notNow: 'Not now',
  elseTitle: 'This invitation is for somebody else',
  elseText: 'It invites {{invited}} to “{{organization}}”, and you are signed in as {{email}}. To accept it, sign out first.',
  signOut: 'Sign out and continue',
  stay: 'Stay signed in as {{email}}',
  invalidTitle: 'This invitation does not work any more',
  invalidText: 'It was accepted already, it was revoked, or it has expired after 7 days. Ask whoever invited you for a new one.',
  invalidJoined: 'If you have joined already, simply sign in.',
} as const;
