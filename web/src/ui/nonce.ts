import { setNonce } from 'get-nonce';

/** The server's nonce for the style elements that Radix adds. */
export const styleNonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';

// react-remove-scroll, which keeps the page still behind a dialog, asks get-nonce.
setNonce(styleNonce);
