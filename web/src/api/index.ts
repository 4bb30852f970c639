export { answerOf, api, type Schema } from './client';
export { auth, type Link, type NewSecondFactor, type OwnInvitation, type SessionAnswer, type SessionOrganization, type SignedInBrowser } from './auth';
export { ApiError, ConnectionError } from './error';
export { errorText } from './errorText';
export { showFormError } from './formErrors';
export { liveList } from './queryClient';
