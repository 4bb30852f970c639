/// <reference types="vite/client" />

/** Whether the gallery of components is part of this build. */
declare const __GALLERY__: boolean;
